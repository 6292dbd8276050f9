import { useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { pathOf, useRoute } from '../route.ts';
import { SkillView } from '../skills/skill-view.tsx';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { countOf } from '../ui/text.tsx';

/** What agents can read when a task needs it: `skills/{name}/{file}`. */
export function SkillsPage() {
  const [name, file] = useRoute().parts;
  const skills = useQuery({ queryKey: ['skills', 'list'], queryFn: () => client.skills.list.query() });
  return (
    <div className="split skills">
      <section className="pane" aria-label="All skills">
        <h1>Skills</h1>
        <Answer of={skills}>
          {({ skills: found, problems }) => (
            <>
              {found.length === 0 && (
                <Empty>A folder with a SKILL.md in the skills folder of the server is shown here.</Empty>
              )}
              <ul className="cards">
                {found.map((skill) => (
                  <li key={skill.name}>
                    <Link
                      className="skills-card"
                      href={pathOf(['skills', skill.name])}
                      aria-current={skill.name === name ? 'true' : undefined}
                    >
                      <span>
                        <strong>{skill.name}</strong>
                        <span className="skills-description">{skill.description}</span>
                      </span>
                      <small>
                        {skill.origin}
                        {skill.default && ', for every agent'}
                        {skill.warnings.length > 0 && `, ${countOf(skill.warnings.length, 'warning')}`}
                      </small>
                    </Link>
                  </li>
                ))}
              </ul>
              {problems.length > 0 && <Problems problems={problems} />}
            </>
          )}
        </Answer>
      </section>
      {name !== undefined && <SkillView key={name} name={name} file={file} />}
    </div>
  );
}

function Problems({ problems }: { readonly problems: readonly { readonly path: string; readonly reason: string }[] }) {
  return (
    <section aria-labelledby="skills-problems">
      <h2 id="skills-problems">Folders that are no skill</h2>
      <dl className="skills-problems">
        {problems.map(({ path, reason }) => (
          <div key={path}>
            <dt>
              <code>{path}</code>
            </dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
