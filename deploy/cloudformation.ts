// The little of CloudFormation's language that the generated resources need, as types and two references.
// Resources are generated, not written in YAML, so that schedules and roles follow power.config.ts and cannot drift from it.

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: 'Delete' | 'Retain';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain';
}

export type Resources = Readonly<Record<string, Resource>>;

/** An ARN: written out, with `${AWS::…}` to fill in, or taken from another resource of the stack. */
export type Arn = string | { readonly 'Fn::Sub': string } | { readonly 'Fn::GetAtt': readonly [string, string] };

/** The ARN of another resource of the stack. */
export function arnOf(logicalId: string): Arn {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

/** What `Ref` gives of another resource: its name, for most. */
export function ref(logicalId: string): { readonly Ref: string } {
  return { Ref: logicalId };
}

/** Where this deployment stands: the names that other names are made from. */
export interface Deployment {
  readonly service: string;
  readonly stage: string;
}

/** `openscaler-power-dev`: the prefix of everything that has a name of its own. */
export function prefixOf({ service, stage }: Deployment): string {
  return `${service}-${stage}`;
}
