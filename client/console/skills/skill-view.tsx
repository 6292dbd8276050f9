import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Outputs } from '../../index.ts';
import { client } from '../api.ts';
import { RichText } from '../chat/rich-text.tsx';
import { pathOf } from '../route.ts';
import { Link } from '../ui/link.tsx';
import { Answer, Empty } from '../ui/states.tsx';
import { bytesOf, Code } from '../ui/text.tsx';

type Skill = Outputs['skills']['get'];

/** One skill: its SKILL.md, its files, and what is in the one that is chosen. */
export function SkillView({ name, file }: { readonly name: string; readonly file: string | undefined }) {
  const skill = useQuery({
    queryKey: ['skills', 'one', name, file],
    queryFn: () => client.skills.get.query({ skill_name: name, ...(file !== undefined && { path: file }) }),
    // The skill stays where it is while another of its files is read.
    placeholderData: keepPreviousData,
  });
  return (
    <section className="pane detail" aria-label={`Skill ${name}`}>
      <Link className="skills-back" href={pathOf(['skills'])}>
        All skills
      </Link>
      <h2 className="skills-name">{name}</h2>
      <Answer of={skill}>
        {(found) => (
          <div className="stack">
            <p className="skills-text">{found.description}</p>
            <Facts skill={found} />
            {found.warnings.map((warning) => (
              <p key={warning} className="skills-warning">
                {warning}
              </p>
            ))}
            <Files skill={found} chosen={file} />
            {file === undefined ? <Text text={found.text} /> : <FileText skill={found} path={file} />}
          </div>
        )}
      </Answer>
    </section>
  );
}

function Facts({ skill }: { readonly skill: Skill }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Origin', skill.origin === 'bundled' ? 'part of this server' : 'the skills folder'],
    ['Agents', skill.default ? 'those that say nothing have it' : 'those that ask for it'],
    ['License', skill.license],
    ['Needs', skill.compatibility],
    ['Tools', skill.allowed_tools.join(', ') || null],
  ];
  return (
    <dl className="facts">
      {facts.map(
        ([label, value]) =>
          value !== null && (
            <div key={label} className="skills-fact">
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Files({ skill, chosen }: { readonly skill: Skill; readonly chosen: string | undefined }) {
  return (
    <nav aria-label="Files of the skill">
      <ul className="skills-files">
        <li>
          <Link href={pathOf(['skills', skill.name])} aria-current={chosen === undefined ? 'page' : undefined}>
            SKILL.md
          </Link>
        </li>
        {skill.files.map(({ path, bytes }) => (
          <li key={path}>
            <Link href={pathOf(['skills', skill.name, path])} aria-current={chosen === path ? 'page' : undefined}>
              {path}
            </Link>
            <small>
              {bytesOf(bytes)}
              {skill.scripts.includes(path) && ', runs in the sandbox'}
            </small>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A SKILL.md: what it tells programs as it is written, the rest as Markdown. */
function Text({ text }: { readonly text: string }) {
  const [whole = '', front] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text) ?? [];
  const rest = text.slice(whole.length);
  return (
    <article aria-label="SKILL.md" className="stack">
      {front !== undefined && (
        <details>
          <summary>Front matter</summary>
          <Code text={front} label="front matter" />
        </details>
      )}
      {rest.trim() ? <RichText text={rest} /> : <Empty>It says nothing beside its description.</Empty>}
    </article>
  );
}

function FileText({ skill: { file }, path }: { readonly skill: Skill; readonly path: string }) {
  if (!file || file.path !== path) return null;
  if (file.text === null) {
    const why = file.left_out === 'too_long' ? 'It is too long to be shown.' : 'It is no text.';
    return <Empty>{why}</Empty>;
  }
  if (/\.(md|markdown)$/i.test(path)) {
    return (
      <article aria-label={path}>
        <RichText text={file.text} />
      </article>
    );
  }
  return <Code text={file.text} label={path} />;
}
