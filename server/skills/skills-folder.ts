import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the containers of a pod share skills, when there is such a folder. */
const SHARED_FOLDER = '/mnt/shared-agent/skills';

/** The skills of this package. */
export const BUNDLED_SKILLS = fileURLToPath(new URL('./bundled', import.meta.url));

/** Where skills are looked for: the folder somebody chose, else the one that the containers of a pod share, else one in the data folder. */
export function findSkillsFolder({ chosen, dataFolder }: { chosen: string | undefined; dataFolder: string }) {
  if (chosen !== undefined) return { folder: chosen, isFolderChosen: true };
  const folder = existsSync(SHARED_FOLDER) ? SHARED_FOLDER : join(dataFolder, 'skills');
  return { folder, isFolderChosen: false };
}
