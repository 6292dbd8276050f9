/** Time zones as people name them: by their IANA name, a city or a country. */

// Cities and countries that give no time zone its name, but that people ask about.
const places: Readonly<Record<string, string>> = {
  'san francisco': 'America/Los_Angeles',
  'las vegas': 'America/Los_Angeles',
  seattle: 'America/Los_Angeles',
  california: 'America/Los_Angeles',
  boston: 'America/New_York',
  washington: 'America/New_York',
  miami: 'America/New_York',
  atlanta: 'America/New_York',
  nyc: 'America/New_York',
  houston: 'America/Chicago',
  dallas: 'America/Chicago',
  austin: 'America/Chicago',
  montreal: 'America/Toronto',
  rio: 'America/Sao_Paulo',
  'rio de janeiro': 'America/Sao_Paulo',
  brazil: 'America/Sao_Paulo',
  uk: 'Europe/London',
  england: 'Europe/London',
  france: 'Europe/Paris',
  lyon: 'Europe/Paris',
  germany: 'Europe/Berlin',
  munich: 'Europe/Berlin',
  hamburg: 'Europe/Berlin',
  frankfurt: 'Europe/Berlin',
  switzerland: 'Europe/Zurich',
  geneva: 'Europe/Zurich',
  spain: 'Europe/Madrid',
  barcelona: 'Europe/Madrid',
  italy: 'Europe/Rome',
  milan: 'Europe/Rome',
  belgium: 'Europe/Brussels',
  netherlands: 'Europe/Amsterdam',
  sweden: 'Europe/Stockholm',
  norway: 'Europe/Oslo',
  poland: 'Europe/Warsaw',
  kyiv: 'Europe/Kyiv',
  japan: 'Asia/Tokyo',
  osaka: 'Asia/Tokyo',
  kyoto: 'Asia/Tokyo',
  korea: 'Asia/Seoul',
  china: 'Asia/Shanghai',
  beijing: 'Asia/Shanghai',
  shenzhen: 'Asia/Shanghai',
  india: 'Asia/Kolkata',
  mumbai: 'Asia/Kolkata',
  delhi: 'Asia/Kolkata',
  'new delhi': 'Asia/Kolkata',
  bangalore: 'Asia/Kolkata',
  kolkata: 'Asia/Kolkata',
  'abu dhabi': 'Asia/Dubai',
  'tel aviv': 'Asia/Jerusalem',
  hanoi: 'Asia/Ho_Chi_Minh',
  canberra: 'Australia/Sydney',
  utc: 'UTC',
  gmt: 'UTC',
};

const zones = Intl.supportedValuesOf('timeZone');
const zonesByPlace: ReadonlyMap<string, string> = new Map([
  ...zones.map(
    (zone) =>
      [
        zone
          .slice(zone.lastIndexOf('/') + 1)
          .replaceAll('_', ' ')
          .toLowerCase(),
        zone,
      ] as const,
  ),
  ...Object.entries(places),
]);
const longestPlaceWords = 3;

/** A time zone named in a text, and where. */
interface ZoneMention {
  readonly zone: string;
  readonly start: number;
  readonly end: number;
}

/** The time zones that `text` names, in order; of overlapping names the longest. */
export function findZones(text: string): ZoneMention[] {
  const named = [...text.matchAll(/\b[A-Za-z]+(?:\/[A-Za-z_+-]+\d*)+\b/g)].map(({ 0: zone, index }) => ({
    zone,
    start: index,
    end: index + zone.length,
  }));
  const offsets = [...text.matchAll(/\b(?:UTC|GMT)\s?([+-])\s?(\d{1,2})\b/gi)].map(
    ({ 0: name, 1: sign, 2: hours, index }) => ({
      // The sign of these names is the other way round: Etc/GMT-2 is two hours ahead of UTC.
      zone: `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`,
      start: index,
      end: index + name.length,
    }),
  );
  const exact = [...named, ...offsets].filter(({ zone }) => isZone(zone));
  if (exact.length) return exact;
  const words = [...text.matchAll(/\p{L}+/gu)];
  const found: ZoneMention[] = [];
  for (let first = 0; first < words.length; first += 1) {
    for (let count = longestPlaceWords; count >= 1; count -= 1) {
      const start = words[first]?.index ?? 0;
      const last = words[first + count - 1];
      if (!last) continue;
      const end = last.index + last[0].length;
      const zone = zonesByPlace.get(text.slice(start, end).toLowerCase());
      if (!zone) continue;
      found.push({ zone, start, end });
      first += count - 1;
      break;
    }
  }
  return found;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
