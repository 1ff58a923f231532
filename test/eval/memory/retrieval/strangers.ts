/** Questions that have nothing to do with a project: what is remembered of it must not be activated for them. */
import { generator } from './interval.ts';

const EVERYDAY = `
How long do I boil an egg?
What is the capital of Mongolia?
best sourdough bread recipe
Who won the football world cup in 1998?
How do I remove red wine stains from a carpet?
What should I wear to a wedding in winter?
translate good morning to Japanese
Which planets have rings?
How tall is Mount Kilimanjaro?
when was the French revolution
symptoms of vitamin D deficiency
how to train a puppy not to bite
What time is it in Sydney?
cheap flights from Berlin to Lisbon
who painted the girl with a pearl earring
how do bees make honey
what does photosynthesis produce
Is it going to rain tomorrow?
How many calories are in an avocado?
write a poem about autumn leaves
What is the plot of Romeo and Juliet?
difference between alligators and crocodiles
how to tie a bow tie
best hiking trails near Munich
What causes earthquakes?
recommend a good science fiction novel
how do I negotiate a higher salary
when do tulips bloom
What is the meaning of the word serendipity?
How does compound interest work?
why is the sky blue
tell me a joke about penguins
`;
const OTHER_SOFTWARE = `
How do I configure a Kubernetes ingress with TLS?
write a Django view that renders a form
What is the CSS for a centred flexbox?
how does React's useEffect clean up
install PostgreSQL on Ubuntu
Terraform module for an S3 bucket
How are payments charged with Stripe webhooks?
Unity script that moves the player with the arrow keys
what does the borrow checker complain about here
Android activity lifecycle onPause
how do I scrape a table with BeautifulSoup
where is the shopping cart total computed
LDAP login for Grafana dashboards
send an email newsletter to all subscribers
Excel formula that sums by colour
Solidity contract for an NFT auction
MATLAB plot with two y axes
Where is the tax return PDF rendered?
How does the leaderboard rank players?
SwiftUI list with swipe to delete
Kafka consumer group rebalance
which query joins patients with their prescriptions
Where are OAuth scopes of the Slack bot listed?
Ansible playbook that restarts nginx
`;

const lines = (text: string): string[] => text.trim().split('\n');

/** Words that are none. */
function madeUp(count: number): string[] {
  const random = generator(7);
  const letter = (of: string) => of[Math.floor(random() * of.length)]!;
  const word = () =>
    Array.from(
      { length: 2 + Math.floor(random() * 2) },
      () => letter('bdfgklmnprstvxz') + letter('aeiouy') + letter('xqzvkgw'),
    ).join('');
  return Array.from({ length: count }, () => Array.from({ length: 2 + Math.floor(random() * 4) }, word).join(' '));
}

export const strangers = {
  'words that are none': madeUp(40),
  'questions of everyday life': lines(EVERYDAY),
  'questions about other software': lines(OTHER_SOFTWARE),
};
