// Who may do what, read from a packaged template: the roles as they will be, whoever wrote them into it.
// Fails on anything in a role that it does not understand, so that nothing can hide there.

import * as v from 'valibot';

const oneOrMore = <T extends v.GenericSchema>(schema: T) =>
  v.union([
    v.array(schema),
    v.pipe(
      schema,
      v.transform((one) => [one]),
    ),
  ]);

const reference = v.union([
  v.string(),
  v.strictObject({ Ref: v.string() }),
  v.strictObject({ 'Fn::Sub': v.string() }),
  v.strictObject({ 'Fn::GetAtt': v.tuple([v.string(), v.string()]) }),
]);

const roleSchema = v.strictObject({
  AssumeRolePolicyDocument: v.strictObject({
    Version: v.literal('2012-10-17'),
    Statement: v.tuple([
      v.strictObject({
        Effect: v.literal('Allow'),
        Principal: v.strictObject({ Service: v.string() }),
        Action: v.literal('sts:AssumeRole'),
        Condition: v.optional(v.strictObject({ StringEquals: v.record(v.string(), reference) })),
      }),
    ]),
  }),
  Policies: v.array(
    v.strictObject({
      PolicyName: v.string(),
      PolicyDocument: v.strictObject({
        Version: v.literal('2012-10-17'),
        Statement: v.array(
          v.strictObject({
            Effect: v.literal('Allow'),
            Action: oneOrMore(v.string()),
            Resource: oneOrMore(reference),
            // It only takes from the right.
            Condition: v.optional(
              v.strictObject({
                'ForAllValues:StringEquals': v.strictObject({ 'dynamodb:LeadingKeys': v.array(v.string()) }),
              }),
            ),
          }),
        ),
      }),
    }),
  ),
});

/** Types of resources that give rights, or could. */
const rightful = /^AWS::IAM::|^AWS::(?:SQS::Queue|SNS::Topic|SecretsManager::Resource|DynamoDB::Resource)Policy$/;

export interface Grant {
  /** Logical id of the role. */
  readonly role: string;
  /** The service that may act in the role. */
  readonly assumedBy: string;
  readonly action: string;
  /** `Logical.Arn`, or an ARN with `${AWS::…}` left in. */
  readonly resource: string;
}

/** Every single right of every role of the template. Throws a ValiError for a role it does not understand. */
export function grantsIn(
  resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>,
): Grant[] {
  return Object.entries(resources)
    .filter(([, { Type }]) => rightful.test(Type))
    .flatMap(([role, { Type, Properties }]) => {
      v.assert(v.literal('AWS::IAM::Role'), Type);
      return grantsOfRole(role, v.parse(roleSchema, Properties));
    });
}

function grantsOfRole(role: string, { AssumeRolePolicyDocument, Policies }: v.InferOutput<typeof roleSchema>): Grant[] {
  const assumedBy = AssumeRolePolicyDocument.Statement[0].Principal.Service;
  return Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((one) => ({ role, assumedBy, action, resource: referenceText(one) }))),
    ),
  );
}

function referenceText(one: v.InferOutput<typeof reference>): string {
  if (typeof one === 'string') return one;
  if ('Ref' in one) return one.Ref;
  return 'Fn::Sub' in one ? one['Fn::Sub'] : one['Fn::GetAtt'].join('.');
}
