// Everything in the stack beside the functions and their routes, from the configuration.
// serverless.yml reads it through resources.js.

import type { Config } from '../lib/config.ts';
import { alarms, topicId } from './alarms.ts';
import { type Deployment, type Resource, type Resources, ref } from './cloudformation.ts';
import { roles } from './roles.ts';
import { schedules } from './schedules.ts';
import { queueId, storage } from './storage.ts';

export interface ResourcesSection {
  readonly Resources: Resources;
  readonly Outputs: Readonly<Record<string, { readonly Description: string; readonly Value: unknown }>>;
}

export function makeResources(config: Config, deployment: Deployment): ResourcesSection {
  const made: Resources = {
    ...storage(deployment),
    ...roles(config, deployment),
    ...schedules(config, deployment),
    ...alarms(config, deployment),
  };
  return {
    Resources: { ...made, HttpApiStage: throttledStage },
    Outputs: {
      AlarmTopicArn: { Description: 'Topic of all alarms', Value: ref(topicId) },
      DeadLetterQueueUrl: { Description: 'Queue of what could not be delivered', Value: ref(queueId) },
    },
  };
}

/** Merged into the stage that the framework makes. Per route; far above what people and CI send, far below what costs money. */
const throttledStage: Resource = {
  Type: 'AWS::ApiGatewayV2::Stage',
  Properties: { DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 } },
};
