import { specialTokens } from '../../../../src/completion/filters/specialTokens.ts';
import { testGolden } from './golden.ts';

testGolden(specialTokens, [
  { what: 'an end marker', file: '|', text: 'foo();<|endoftext|>bar', shown: 'foo();' },
  { what: 'a FIM marker', file: '|', text: 'foo();<fim_middle>', shown: 'foo();' },
  { what: 'a DeepSeek marker', file: '|', text: 'foo();<｜fim▁end｜>', shown: 'foo();' },
  { what: 'a CodeLlama marker', file: '|', text: 'foo(); <EOT>', shown: 'foo(); ' },
  { what: 'nothing but a marker', file: '|', text: ' <|file_sep|>a.ts', shown: null },
  {
    what: 'a file about markers',
    file: 'const a = "<fim_prefix>";\n|',
    text: 'b = "<|im_end|>";',
    shown: 'b = "<|im_end|>";',
  },
  { what: 'type arguments and JSX', file: '|', text: 'a<B | C>(<div/>)', shown: 'a<B | C>(<div/>)' },
]);
