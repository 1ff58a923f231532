/** Renders chat templates on a thread of its own; {@link TemplateRenderer} ends it where one does not come to an end. */
import { parentPort } from 'node:worker_threads';
import { Template } from '@huggingface/jinja';

export interface TemplateTask {
  /** Jinja source. */
  template: string;
  variables: Record<string, unknown>;
  /** Longest text, in UTF-16 units. */
  longest: number;
}

/** `refused`: what the template, or its parser, says. `tooLong`: the text is longer than the task allows. */
export type TemplateOutcome = { text: string } | { refused: string } | 'tooLong';

/** The templates of the models in use, compiled. */
const compiled = new Map<string, Template>();
const KEPT = 4;

function outcomeOf({ template, variables, longest }: TemplateTask): TemplateOutcome {
  try {
    const known = compiled.get(template) ?? new Template(template);
    compiled.delete(template);
    compiled.set(template, known);
    if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value!);
    const text = known.render(variables);
    return text.length > longest ? 'tooLong' : { text };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

parentPort!.on('message', (task: TemplateTask) => parentPort!.postMessage(outcomeOf(task)));
// Says that the thread runs.
parentPort!.postMessage({ text: '' } satisfies TemplateOutcome);
