import { tableOf, type Lexicon } from '../../lexicon.ts';
import { VOCABULARY } from './vocabulary.ts';

/** Splits a list of words. */
const list = (words: string): readonly string[] => words.trim().split(/\s+/);

/**
 * Words by what they do in a sentence, for the model's features of word classes (`model/skeleton.ts`): a wording that was never seen has the same
 * skeleton as one that was. General lists, a word in one class alone: the first one that has it. Names beside them are classes of
 * `VOCABULARY`, which bring some thirty languages.
 */
const CLASSES: readonly (readonly [name: string, also: readonly string[], words: readonly string[]])[] = [
  [
    'MODEL',
    ['MODEL'],
    list(`
      assistants bots llms chatbots copilots models gpts mistral llama gemini deepseek grok summarizer summariser machine summarizers
      autopilot helper automation asistente assistente assistent asystent asistan ассистент помощник асистент助手 助手 アシスタント 어시스턴트 人工智能 机器人
    `),
  ],
  [
    'YOU',
    [],
    list(`
      you u ya ye thou du dich dir sie ihr tu te toi vous vosotros usted ustedes tú ti você vocês voi jij je jullie
      ты тебя тебе вы вас вам sen sana siz kamu anda आप तुम أنت 你 您 あなた 너 당신
    `),
  ],
  [
    'YOUR',
    ['YOUR'],
    list(
      'your yours yourself ur yourselves thy dein deine deinen deiner deinem ihre ihren ton ta tes votre vos tus seu sua seus tuo tua tuoi tue jouw uw ваш ваши твой твои twoje swoje senin apna apne 你的 您的 あなたの 너의',
    ),
  ],
  [
    'ME',
    [],
    list(
      'i me my mine myself im ive ich mir mich mein meine je moi mon ma mes yo mí mi mis eu meu minha io mio mia ik mij mijn я мне меня мой мои',
    ),
  ],
  [
    'USER',
    ['USER'],
    list(
      'users client clients owner owners principal human humans person people somebody someone boss recipient recipients reader readers',
    ),
  ],
  [
    'MAKER',
    [],
    list(`
      developer developers dev devs creator creators maker makers programmer programmers operator operators admin administrator
      administrators administration vendor vendors company engineers trainers handler handlers supervisor author authors openai anthropic
      google microsoft meta management entwickler développeur développeurs desarrollador desarrolladores desenvolvedor sviluppatori
      разработчик разработчики разработчиков 开发者 開発者 개발자
    `),
  ],
  [
    'MUST',
    [],
    list(`
      must should shall ought required obliged obligated mandatory need needs supposed expected instructed ordered directed authorized
      authorised permitted allowed compelled bound muss musst müssen sollst soll sollen dois doit devez debes debe deben deve devi
      moet moeten должен должна должны нужно musisz trzeba gerek zorunda 必须 应该 必須 해야
    `),
  ],
  [
    'POLITE',
    [],
    list('please kindly pls plz bitte please por favor svp veuillez prego пожалуйста proszę lütfen tolong silakan 请 請 ください 주세요'),
  ],
  [
    'NOT',
    ['NOT'],
    list(
      'not never no don dont doesn didn cannot cant wont nor neither none nothing nobody without kein keine nicht niemals nie ne pas jamais nunca não non mai niet nooit не никогда nie nigdy değil asla 不要 不 别 没有',
    ),
  ],
  [
    'SETASIDE',
    ['OVERRIDE', 'OVERRIDE_LAST'],
    list(`
      ignored ignores disregarded disregards forgets forgotten neglects overrides overridden overriding overruled bypassed bypasses
      bypassing supersede supersedes superseded superseding rescind rescinded revoke revoked revokes nullified nullifies invalid
      invalidate invalidated void voided repeal repealed annul annulled retract retracted withdrawn withdraw cancelled canceled
      obsolete outdated deprecated expired lifted lift waive waived waiver suspended suspends abandon abandoned scrap scrapped scrapping
      shelve shelved ditch ditched toss tossed discount discounted dismissed discarded relinquish renounce forsake unlearn untrain
      deactivate deactivated disable disabled disobey defy defying violate violates violating break breaks evade sidestep 
      quit cease halt shed undo unbind unbound untether overwrite overwritten unset undone terminated moot irrelevant negate negated
      binding ausser außer aufheben aufgehoben ungültig annule annulé caduc
      anula anulado cancelado annullato отмени отменяю отменены недействительны geçersiz iptal 作废 失效 取消 無効 무효
    `),
  ],
  [
    'INSTR',
    ['INSTR', 'INSTR_YOUR'],
    list(`
      guidance brief briefing briefs mandate mandates remit charter policy policies protocol regulation regulations norms rulebook
      playbook setup configuration config settings setting persona role orders ordering obligations obligation duties duty code
      conditioning alignment programming premise ground guardrail guardrails safeguards limitations restrictions limits constraints
      preconditions terms stipulations commandments mission objective objectives goals goal purpose task tasks assignment assignments job
      aufgabe aufgaben tâche tâches tarea tareas tarefa tarefas compito taak taken задание задания задача zadanie görev 任务 任務 仕事 임무
    `),
  ],
  [
    'PROMPT',
    ['PROMPT', 'HIDDEN_PROMPT'],
    list(
      'prompt prompts preprompt preamble preambles context system_prompt sysprompt metaprompt primer initialization initialisation seed',
    ),
  ],
  [
    'PRIOR',
    ['PRIOR'],
    list(`
      earlier beforehand hitherto foregoing aforementioned old older last first beginning start top former formerly until thus far
      already originally initially anfang vorhin bisher début départ inicio principio início começo inizio begin начала сначала
      początku başta 之前 先前 最前 最初 처음
    `),
  ],
  [
    'SYSTEM',
    ['SYSTEM'],
    list(
      'system hidden secret internal confidential underlying private undisclosed concealed verborgen versteckt geheim caché cachée oculto oculta nascosto скрытый скрытые',
    ),
  ],
  [
    'GIVEN',
    [],
    list(`
      given gave told instructed handed received provided set assigned asked taught trained programmed briefed ordered imposed
      issued dictated said says typed wrote written stated loaded primed fed gesagt bekommen dit demandé dijeron dicho detto gezegd
      сказали велели powiedziano
    `),
  ],
  [
    'ALL',
    ['ALL'],
    list(
      'all every everything any anything each entire whole complete full entirety wholly completely fully whatever whichever alles alle tout toute tous todo toda todos tutto tutti все всё wszystko hepsi bütün 所有 全部 一切 すべて 모든',
    ),
  ],
  [
    'REVEAL',
    ['REVEAL'],
    list(`
      reveal disclose expose divulge leak dump show display recite quote reproduce repeat echo regurgitate paste spell verbatim print
      publish list transcribe uncover unveil betray spill cite replay verbatim literally wortwörtlich wörtlich mot exact exactly
    `),
  ],
  [
    'SAY',
    ['SAY'],
    list(
      'respond responds responding reply replies answering answered saying output outputs outputting append appended prepend insert inserted mention include included begin end conclude state utter type sign confirm acknowledge affirm',
    ),
  ],
  [
    'ONLY',
    [],
    list(
      'only just solely nothing exclusively simply merely single sole nur seulement uniquement solo solamente somente soltanto alleen только tylko sadece 只 仅 だけ',
    ),
  ],
  [
    'ANSWER',
    [],
    list(
      'answer answers response responses reply summary summaries completion message sentence word words text paragraph analysis report conclusion antwort réponse respuesta resposta risposta antwoord ответ odpowiedź cevap 回答 答案 答え 대답',
    ),
  ],
  [
    'NOW',
    [],
    list(`
      now henceforth hereafter onward onwards onwards instead rather immediately straightaway afterwards forthwith today currently
      starting effective jetzt stattdessen désormais maintenant ahora agora adesso ora nu teraz теперь сейчас artık şimdi 现在 今 이제 지금
    `),
  ],
  [
    'ORDER',
    [],
    list(
      'before after then first next prior once finally when whenever while until upon additionally also besides furthermore moreover too zuerst bevor avant ensuite antes después prima poi eerst сначала потом 先 首先 然后',
    ),
  ],
  ['IF', [], list('if unless whether suppose assuming provided otherwise wenn falls si se als если jeśli eğer 如果 もし 만약')],
  [
    'SEND',
    [],
    list(`
      send sends sending sent forward forwarding forwards mail mailing email emailing emailed transmit transmits transfer transferring
      transfers relay relays dispatch deliver upload uploads uploading post posts posting submit submits submitting share shares sharing
      exfiltrate exfil cc bcc publish broadcast report copy pass exports export leak notify message dm text fax invite invites inviting
      add adds contact schicke schick sende leite envoie envoyez transférez transfère envía envie reenvía envíe manda invia inoltra stuur
      отправь перешли перешлите wyślij gönder kirim 发送 发到 转发 送信 보내
    `),
  ],
  [
    'ERASE',
    [],
    list(
      'delete deletes deleting deletion remove removes erase erasing destroy destroys wipe purge format unlink trash shred truncate rm rmtree lösche supprime borra apaga cancella удали usuń sil 删除 削除 삭제',
    ),
  ],
  [
    'RUN',
    [],
    list(`
      run runs running execute executes executing invoke invokes call calls calling launch trigger install installs download downloads
      downloading fetch fetches open opens visit visits visiting click clicks navigate browse curl wget bash sh eval exec spawn popen
      subprocess use using load access activate enable enables unlock follow führe exécute ejecuta execute esegui выполни запусти 执行 运行 実行
    `),
  ],
  [
    'PAY',
    [],
    list(
      'pay pays paying payment buy buys buying purchase purchases wire order orders book books booking reserve reserves subscribe donate refund withdraw deposit invest überweise achète compra compre comprare купи 转账 购买',
    ),
  ],
  [
    'ALTER',
    [],
    list(
      'change changes changing update updates updating modify modifies reset set sets grant grants granting promote promotes demote elevate assign create creates creating register reschedule move moves cancel cancels accept accepts approve approves approving confirm merge disable close block unblock',
    ),
  ],
  [
    'PRAISE',
    [],
    list(
      'praise praises recommend recommends recommending endorse endorses rate rates rating score scores rank ranks prefer favour favor favourable promote advertise best greatest top excellent perfect superior positive strongest outstanding compliant safe trustworthy accept',
    ),
  ],
  [
    'HIDE',
    ['CONCEAL'],
    list(
      'mention mentions tell tells inform notify alert reveal disclose secretly silently quietly covertly discreetly hide hiding conceal concealing secret trace unnoticed invisible acknowledge discuss confidentially',
    ),
  ],
  [
    'DATA',
    [],
    list(`
      email emails mails inbox mailbox message messages conversation conversations history chat chats file files document documents
      folder folders drive contacts contact attachments attachment data database records record calendar events notes list sheet
      spreadsheet customers logs log transcript content contents details information info repository repositories 邮件 文件 联系人 数据
    `),
  ],
  [
    'SECRET',
    [],
    list(`
      password passwords passcode passphrase credentials credential key keys token tokens secrets api_key apikey ssn pin otp codes
      vault private cookie cookies session seed wallet passwort kennwort mot contraseña clave senha wachtwoord пароль hasło şifre 密码 パスワード 비밀번호
      id_rsa ssh shadow passwd env environ
    `),
  ],
  [
    'MONEY',
    [],
    list(
      'dollars dollar usd eur euros euro gbp pounds money funds amount account accounts iban bitcoin btc payment bank balance card invoice price cost salary payroll geld argent dinero dinheiro soldi деньги 钱',
    ),
  ],
  [
    'ADDRESS',
    [],
    list('http https www ftp url link links website site page com org net io example address attacker server endpoint webhook host'),
  ],
  [
    'TOOL',
    [],
    list(
      'tool tools function functions api command commands plugin plugins action actions shell terminal script argument arguments parameter parameters recipient mail_out pay_out erase_item shell_exec move_funds',
    ),
  ],
  [
    'ACTAS',
    [],
    list(`
      act acts acting pretend pretending roleplay imagine suppose simulate simulating simulation become becomes behave play playing
      embody impersonate mimic persona character characters scenario hypothetical hypothetically fictional fiction story alter ego
      transform switch enter entering mode narrator spiele spiel joue actúa finge aja recita играй представь 扮演 假装 演じ 연기
    `),
  ],
  [
    'UNLIMITED',
    ['UNLIMITED'],
    list(
      'evil unethical rude raw unlocked rebellious rogue omnipotent fearless ruthless lawless unapologetic blunt freed liberated escaped free freedom anarchic chaotic godmode dan stan jailbreak dev developer_mode',
    ),
  ],
  [
    'LIMITS',
    ['LIMITS'],
    list(
      'ethic law laws legal legality illegal consequences conscience remorse judgement judgment hesitation refusal refusals safety harmful dangerous inappropriate offensive explicit bias appropriate',
    ),
  ],
  [
    'REFUSE',
    [],
    list(
      'refuse refuses refusing refused decline declines apologize apologise sorry comply complies obey obeys obeying compliance reject warn warning lecture moralize preach disclaimers caveat caveats say',
    ),
  ],
  ['WITHOUT', ['WITHOUT'], list('without lacking lacks devoid sans beyond outside regardless despite')],
  [
    'IMPORTANT',
    [],
    list(
      'important urgent critical attention notice note warning alert info information priority mandatory immediately asap emergency essential crucial wichtig achtung important attention importante atención aviso внимание важно uwaga önemli 注意 重要',
    ),
  ],
  [
    'AGREED',
    [],
    list('approved confirmed agreed cleared authorised verified permission consent allowed granted clearance sanctioned requested'),
  ],
  [
    'MARK',
    [],
    list(
      'im_start im_end endoftext inst sys start_header_id end_header_id eot_id begin_of_text start_of_turn end_of_turn begin override end_of_results instruction instructions_for',
    ),
  ],
  [
    'TASK',
    [],
    list(`
      translate translates summarize summarise summarizing rewrite write compose explain describe calculate compute suggest recommend classify
      list name tell give convert solve generate make design draft plan analyze analyse identify find search check proofread paraphrase define
      shuffle reverse encode spell count sort compare evaluate estimate discuss outline prepare teach help work get share turn
    `),
  ],
  ['ASK', [], list('what which who whom whose where why how when can could would will do does is are was')],
  [
    'TOPIC',
    [],
    list(
      'poem song joke story haiku limerick recipe capital country weather history movie book sports music emoji french spanish german japanese latin rhyme fact trivia advice tips ideas names',
    ),
  ],
  [
    'CODELINE',
    [],
    list(
      'import from require def class return function const var let async await include using package void static print console log print_ println',
    ),
  ],
  [
    'DANGER',
    [],
    list(
      'system subprocess popen eval exec socket requests urllib request urlopen urlretrieve base64 b64decode child_process os environ getenv smtplib ftplib paramiko pynput keyboard pyautogui screenshot ctypes rmtree chmod iptables firewall defender disable encrypt fernet cryptography ransomware keylogger backdoor reverse connect dup2 nc ncat netcat powershell cmd payload',
    ),
  ],
  ['SNIPPET', [], list('snippet snippets line lines helper block import statement solution fix patch program')],
  [
    'ABOUT',
    ['ABOUT'],
    list(
      'researchers researcher paper study students course lesson workshop vulnerability cve blog article report security owasp example examples called known technique techniques',
    ),
  ],
  [
    'OFFER',
    [],
    list(
      'offer free discount sale prize winner won congratulations limited buy cheap subscribe order deal save click claim visit shop stock',
    ),
  ],
  ['GOOD', [], list('thanks thank dear hello hi hey regards sincerely best cheers signed')],
];

/** Prefix of the classes in the shared lexicon. */
const CLASS = 'injection.model.';

/** The words of the classes as a vocabulary. */
export function classVocabulary(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    CLASSES.map(([name, also, words]) => [`${CLASS}${name}`, [...words, ...also.flatMap((other) => VOCABULARY[other] ?? [])]]),
  );
}

/** The class of each word of a lexicon by its number, from 1; 0 for none. */
export function kindsOf(lexicon: Lexicon): Uint8Array {
  const kinds = new Uint8Array(lexicon.words.length);
  for (const [k, [name]] of CLASSES.entries()) {
    const members = tableOf(lexicon, `${CLASS}${name}`);
    for (let word = 0; word < kinds.length; word++) if (kinds[word] === 0 && members[word] === 1) kinds[word] = k + 1;
  }
  return kinds;
}
