import type { ServerDefinition } from '../definitions/server-definition.ts';
import { missingVariables, type ResolvedLaunch, resolveLaunch, type Variables } from '../processes/launch.ts';

/** What decides whether and with which variables servers are launched. */
export interface LaunchPolicy {
  /** The variables of this process, from which children inherit a few and definitions take what they refer to. */
  readonly environment: Variables;
  /** Throws when a server must not be run at all. */
  checkMayRun(definition: ServerDefinition): void;
}

/** What one server is launched from: its definition, and the variables it was started with. */
export class ServerLaunch {
  readonly #policy: LaunchPolicy;
  #definition: ServerDefinition;
  #variables: Variables = {};

  constructor(definition: ServerDefinition, policy: LaunchPolicy) {
    this.#definition = definition;
    this.#policy = policy;
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  /** The variables that were set for this server alone. */
  get variables(): Variables {
    return this.#variables;
  }

  /** Whether all variables it needs are set; found out without starting anything. */
  get isComplete(): boolean {
    return missingVariables(this.#definition, this.#variables, this.#policy.environment).length === 0;
  }

  redefine(definition: ServerDefinition): void {
    this.#definition = definition;
  }

  /** Sets variables for this server alone, beside those that were set before. */
  addVariables(variables: Variables): void {
    this.#variables = { ...this.#variables, ...variables };
  }

  forgetVariables(): void {
    this.#variables = {};
  }

  /** Whether a variable that its definition refers to, or that was set for it before, would get another value. */
  wouldChange(variables: Variables): boolean {
    const names = [...this.#definition.requiredEnvVars, ...Object.keys(this.#variables)];
    return names.some((name) => variables[name] && variables[name] !== this.#valueOf(name));
  }

  /** What to run. Throws why it must not run, or which variables are missing. */
  resolve(): ResolvedLaunch {
    this.#policy.checkMayRun(this.#definition);
    return resolveLaunch(this.#definition, this.#variables, this.#policy.environment);
  }

  #valueOf(name: string): string | undefined {
    return this.#variables[name] || this.#definition.withheld?.[name] || this.#policy.environment[name];
  }
}
