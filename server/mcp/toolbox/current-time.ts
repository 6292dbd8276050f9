/** The time in a zone, in forms both people and programs read. */
export interface CurrentTime {
  readonly timezone: string;
  /** RFC 3339 with the offset of the zone. */
  readonly iso: string;
  readonly weekday: string;
  readonly date: string;
  readonly time: string;
  readonly utc_offset: string;
}

/** A time zone whose name is not known. */
export class UnknownTimeZoneError extends Error {
  override readonly name = 'UnknownTimeZoneError';

  constructor(timezone: string, options: ErrorOptions) {
    super(`Unknown time zone '${timezone}'; use an IANA name such as Europe/Paris, or UTC`, options);
  }
}

/** What `now` is called in an IANA time zone. Throws {@link UnknownTimeZoneError}. */
export function currentTime(timezone: string, now: Date): CurrentTime {
  const parts = formatParts(timezone, now);
  const date = `${parts.year}-${parts.month}-${parts.day}`;
  const time = `${parts.hour}:${parts.minute}:${parts.second}`;
  const offset = parts.timeZoneName?.replace('GMT', '') || '+00:00';
  return { timezone, iso: `${date}T${time}${offset}`, weekday: parts.weekday ?? '', date, time, utc_offset: offset };
}

function formatParts(timezone: string, now: Date): Partial<Record<Intl.DateTimeFormatPartTypes, string>> {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      weekday: 'long',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    });
    return Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  } catch (cause) {
    throw new UnknownTimeZoneError(timezone, { cause });
  }
}
