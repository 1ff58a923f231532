/** Memories as they stand in a prompt: what makes them fit counts the same text that a prompt is given. */
export { asPrompt, MEMORY_FRAME as FRAME, noteOf } from '../../../../protocol/index.ts';
