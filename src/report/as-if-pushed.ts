import type { TagStep } from '../plan/tags.ts';
import type { PushReport, TagReport, TargetReport } from '../push/report.ts';

/** A plan's report as that of the push that it plans, if nothing gets in its way: for the outputs. */
export function asIfPushed({ image, targets }: PushReport): PushReport {
  return { image, targets: targets.map(carriedOut) };
}

function carriedOut(target: TargetReport): TargetReport {
  const { planned, error, layers } = target;
  if (planned === undefined || error !== undefined) return target;
  return {
    ...target,
    created: planned.repository === 'create',
    tags: planned.tags.map(outcomeOf),
    layers: layers.map((layer) => (layer.kind === 'missing' ? { ...layer, kind: 'sent' } : layer)),
    manifests: planned.manifests,
  };
}

function outcomeOf(step: TagStep): TagReport {
  const { tag } = step;
  switch (step.kind) {
    case 'create':
      return { tag, kind: 'created' };
    case 'move':
      return { tag, kind: 'moved', from: step.from };
    case 'skip':
      return { tag, kind: 'skipped', holder: step.holder };
    case 'refuse':
      return { tag, kind: 'refused', holder: step.holder };
    default:
      return { tag, kind: step.kind };
  }
}
