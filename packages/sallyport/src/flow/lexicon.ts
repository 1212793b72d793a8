/**
 * Which words of a request ask for which action. General English vocabulary of tools and of people who ask for their use; one line an
 * action. `tool`: words in tools' names that mean it. `said`: words by which a user asks for it, beside those of `tool`.
 * `high`: what it does can harm at once and is hard to take back (it reaches people, moves money, opens or destroys something), so the
 * request must name it by a verb of its line; for the others a word for the thing acted on is enough. `thing`: the words are things and
 * count wherever they stand.
 */
export type Action = {
  readonly name: string;
  readonly high: boolean;
  readonly thing?: boolean;
  readonly tool: string;
  readonly said: string;
};

export const ACTIONS: readonly Action[] = [
  {
    name: 'send',
    high: true,
    tool: 'send email mail sms text message dm reply respond forward notify contact dispatch',
    said: 'write tell inform ask let share remind answer greet thank give submit return',
  },
  {
    name: 'post',
    high: true,
    tool: 'post publish tweet announce broadcast comment submit fill input',
    said: 'write share put reply reserve book register sign enter upload send pay order buy log login account comment apply get receive',
  },
  { name: 'share', high: true, tool: 'share grant permit expose', said: 'give send access invite permission' },
  { name: 'invite', high: true, tool: 'invite', said: 'add include give bring' },
  {
    name: 'pay',
    high: true,
    tool: 'pay payment transfer wire donate remit withdraw transaction money',
    said: 'send refund reimburse settle buy purchase return give rent repay',
  },
  { name: 'refund', high: true, tool: 'refund chargeback', said: 'return money reimburse' },
  { name: 'buy', high: true, tool: 'buy purchase checkout order charge subscribe', said: 'rebuy get pay place acquire' },
  {
    name: 'reserve',
    high: true,
    tool: 'reserve reservation book booking rent',
    said: 'reserve schedule order arrange get make flight ticket upgrade',
  },
  { name: 'transfer', high: true, tool: 'transfer handover ownership', said: 'give hand move send change make' },
  {
    name: 'delete',
    high: true,
    tool: 'delete remove drop erase purge wipe destroy clear trash uninstall discard prune clean rm unlink truncate',
    said: 'rid empty throw kick clean cancel',
  },
  {
    name: 'cancel',
    high: true,
    tool: 'cancel revoke terminate abort close stop disable deactivate unsubscribe',
    said: 'delete remove drop end refund return call',
  },
  {
    name: 'secure',
    high: true,
    thing: true,
    tool: 'password passwd passphrase ssh credential credentials secret token key keys 2fa mfa otp role permission permissions collaborator',
    said: 'login reset',
  },
  {
    name: 'run',
    high: true,
    tool: 'run execute exec eval bash shell sql python terminal deploy',
    said: 'start compute calculate query install build test script code command',
  },
  {
    name: 'add',
    high: false,
    tool: 'add append insert attach include',
    said: 'put invite buy order purchase include write extend get update',
  },
  {
    name: 'create',
    high: false,
    tool: 'create make generate new build draft mkdir',
    said: 'write add save schedule plan put arrange remind set organize setup compose prepare start open',
  },
  {
    name: 'schedule',
    high: false,
    tool: 'schedule calendar event meeting appointment reminder',
    said: 'plan set arrange remind recurring standing setup invite',
  },
  {
    name: 'change',
    high: false,
    tool: 'update edit modify change set adjust patch rename reschedule configure upsert replace',
    said: 'move correct fix switch upgrade increase decrease add postpone shift set',
  },
  { name: 'move', high: false, tool: 'move copy clone archive restore rename', said: 'put organize sort save download back' },
  {
    name: 'store',
    high: false,
    tool: 'download upload save write store import export push pull commit sync fetch',
    said: 'get put keep share deliver read visit open receive upload',
  },
  { name: 'report', high: false, tool: 'issue ticket report', said: 'open file raise write create bug submit' },
  { name: 'mark', high: false, tool: 'star unstar follow unfollow like react label tag mark pin join leave', said: 'bookmark favorite' },
  { name: 'return', high: false, tool: 'return exchange', said: 'send swap replace back change' },
];

/** Steps on the way to something that was asked for; alone they do nothing that could be taken advantage of. */
export const STEPS = 'login logout verify authenticate confirm think plan wait select view';

/** Words that are a thing as often as a deed: they ask for an action only where a verb stands. */
export const NOUNS =
  'email mail message text post comment order book rent reservation payment transaction key token password role permission event meeting appointment reminder calendar issue ticket report label tag money booking';

/** Words of the user that hand the choice to a computation over what is read: all of them, the largest, the one who. */
export const QUANTIFIERS =
  'all every each everyone everybody most least largest smallest biggest highest lowest longest shortest best worst cheapest latest newest oldest whoever whichever any both other others rest remaining';

/** Words that tell nothing about what a request is about. */
export const GENERIC =
  'a an and are as at be by can could did do does for from get go had has have he hello her here hey hi his how i if in is it its just let like may me my need no not now of off on one or our out ' +
  'please so some than thank thanks that the their them then there these they this to up us use using want was we what when where which who will with would you your ' +
  'email emails mail message messages text send sent sender receive received recipient address account accounts name user users info information inbox read unread write file files document documents ' +
  'me make check find look help give tell show know see time date day today tomorrow yesterday week month year new old first last recent id number link website page www http https com org net ' +
  'also about after before any all every each same more most other into over under between event events calendar meeting per task tasks following order perform many much subject body title description status true false null none';

/** What a user calls the places that links lead to. */
export const PLACES =
  'link links website websites site sites webpage webpages page pages url urls article articles blog blogs online web post posts forum browse visit open download newsletter portal';

/** What a user calls values of a kind, when saying where to find them. */
export const KIND_WORDS = {
  email: 'email e-mail mail address contact information details',
  iban: 'iban account',
  phone: 'phone telephone mobile number contact',
  url: 'link url website site page',
} as const;
