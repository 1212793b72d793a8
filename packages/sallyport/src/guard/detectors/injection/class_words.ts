/**
 * Words by what they do in a sentence, for the model's features of word classes (`model/skeleton.ts`): a wording that was never seen has the same
 * skeleton as one that was. General lists, a word in one class alone: the first one that has it. A line `= NAME OTHER...` begins a class; the names
 * behind it are classes of `VOCABULARY`, which bring some thirty languages.
 */
const TEXT = `
= MODEL MODEL
assistants bots llms chatbots copilots models gpts mistral llama gemini deepseek grok summarizer summariser machine summarizers autopilot helper
automation asistente assistente assistent asystent asistan ассистент помощник асистент助手 助手 アシスタント 어시스턴트 人工智能 机器人 ais aibot genai chatgpt claude gpt
agents agentic robots crawlers scrapers parser screeners siri alexa cortana neural processor processors interpreter
= YOU
you u ya ye thou du dich dir sie ihr tu te toi vous vosotros usted ustedes tú ti você vocês voi jij je jullie ты тебя тебе вы вас вам sen sana siz
kamu anda आप तुम أنت 你 您 あなた 너 당신
= YOUR YOUR
your yours yourself ur yourselves thy dein deine deinen deiner deinem ihre ihren ton ta tes votre vos tus seu sua seus tuo tua tuoi tue jouw uw ваш
ваши твой твои twoje swoje senin apna apne 你的 您的 あなたの 너의
= ME
i me my mine myself im ive ich mir mich mein meine je moi mon ma mes yo mí mi mis eu meu minha io mio mia ik mij mijn я мне меня мой мои
= USER USER
users client clients owner owners principal human humans person people somebody someone boss recipient recipients reader readers
= MAKER
developer developers dev devs creator creators maker makers programmer programmers operator operators admin administrator administrators
administration vendor vendors company engineers trainers handler handlers supervisor author authors openai anthropic google microsoft meta
management entwickler développeur développeurs desarrollador desarrolladores desenvolvedor sviluppatori разработчик разработчики разработчиков 开发者
開発者 개발자 employer firm provider providers lab manufacturer designers designer architect architects builder builders corporation
= MUST
must should shall ought required obliged obligated mandatory need needs supposed expected instructed ordered directed authorized authorised
permitted allowed compelled bound muss musst müssen sollst soll sollen dois doit devez debes debe deben deve devi moet moeten должен должна должны
нужно musisz trzeba gerek zorunda 必须 应该 必須 해야
= POLITE
please kindly pls plz bitte por favor svp veuillez prego пожалуйста proszę lütfen tolong silakan 请 請 ください 주세요
= NOT NOT
not never no don dont doesn didn cannot cant wont nor neither none nothing nobody without kein keine nicht niemals nie ne pas jamais nunca não non
mai niet nooit не никогда nigdy değil asla 不要 不 别 没有
= SETASIDE OVERRIDE OVERRIDE_LAST
ignored ignores disregarded disregards forgets forgotten neglects overrides overridden overriding overruled bypassed bypasses bypassing supersede
supersedes superseded superseding rescind rescinded revoke revoked revokes nullified nullifies invalid invalidate invalidated void voided repeal
repealed annul annulled retract retracted withdrawn withdraw cancelled canceled obsolete outdated deprecated expired lifted lift waive waived waiver
suspended suspends abandon abandoned scrap scrapped scrapping shelve shelved ditch ditched toss tossed discount discounted dismissed discarded
relinquish renounce forsake unlearn untrain deactivate deactivated disable disabled disobey defy defying violate violates violating break breaks
evade sidestep quit cease halt shed undo unbind unbound untether overwrite overwritten unset undone terminated moot irrelevant negate negated
binding ausser außer aufheben aufgehoben ungültig annule annulé caduc anula anulado cancelado annullato отмени отменяю отменены недействительны
geçersiz iptal 作废 失效 取消 無効 무효 rescinds revoking overturn overturned overturns supplant supplants supplanted trump trumps outrank outranks outweigh
erased expunge expunged drop dropped drops dropping leave skip skipped omit omits omitted exclude excludes shrug overlook overlooks neglected shun
shunned junk junked bin binned park pause paused freeze frozen loosen loosened unlearned lose removed removes stripped strip cast lay laid unhook
detach detached unplug defect desert forfeit forgo forego yield refrain resist retire retired end ended ends stop stopped stops
= INSTR INSTR INSTR_YOUR
guidance brief briefing briefs mandate mandates remit charter policy policies protocol regulation regulations norms rulebook playbook setup
configuration config settings setting persona role orders ordering obligations obligation duties duty code conditioning alignment programming
premise ground guardrail guardrails safeguards limitations restrictions limits constraints preconditions terms stipulations commandments mission
objective objectives goals goal purpose task tasks assignment assignments job aufgabe aufgaben tâche tâches tarea tareas tarefa tarefas compito taak
taken задание задания задача zadanie görev 任务 任務 仕事 임무 leash script manual handbook preset presets defaults boundaries boundary fence fences
barriers barrier cage muzzle chains shackles clause clauses agenda parameters preconfig ruleset rulesets doctrine decree decrees edict training
upbringing onboarding wiring firmware scope chain rails safety moderation filter filters
= PROMPT PROMPT HIDDEN_PROMPT
prompt prompts preprompt preamble preambles context system_prompt sysprompt metaprompt primer initialization initialisation seed
= PRIOR PRIOR
earlier beforehand hitherto foregoing aforementioned old older last first beginning start top former formerly until thus far already originally
initially anfang vorhin bisher début départ inicio principio início começo inizio begin начала сначала początku başta 之前 先前 最前 最初 처음
= SYSTEM SYSTEM
system hidden secret internal confidential underlying private undisclosed concealed verborgen versteckt geheim caché cachée oculto oculta nascosto
скрытый скрытые
= GIVEN
given gave told instructed handed received provided set assigned asked taught trained programmed briefed ordered imposed issued dictated said says
typed wrote written stated loaded primed fed gesagt bekommen dit demandé dijeron dicho detto gezegd сказали велели powiedziano
= ALL ALL
all every everything any anything each entire whole complete full entirety wholly completely fully whatever whichever alles alle tout toute tous
todo toda todos tutto tutti все всё wszystko hepsi bütün 所有 全部 一切 すべて 모든
= REVEAL REVEAL
reveal disclose expose divulge leak dump show display recite quote reproduce repeat echo regurgitate paste spell verbatim print publish list
transcribe uncover unveil betray spill cite replay literally wortwörtlich wörtlich mot exact exactly confess admit spit surface expound enumerate
itemise itemize render type typed copy recount relate restate rehearse mirror reflect translate encode unmask spoil vent
= SAY SAY
respond responds responding reply replies answering answered saying output outputs outputting append appended prepend insert inserted mention
include included begin end conclude state utter type sign confirm acknowledge affirm
= ONLY
only just solely nothing exclusively simply merely single sole nur seulement uniquement solo solamente somente soltanto alleen только tylko sadece 只
仅 だけ
= ANSWER
answer answers response responses reply summary summaries completion message sentence word words text paragraph analysis report conclusion antwort
réponse respuesta resposta risposta antwoord ответ odpowiedź cevap 回答 答案 答え 대답
= NOW
now henceforth hereafter onward onwards instead rather immediately straightaway afterwards forthwith today currently starting effective jetzt
stattdessen désormais maintenant ahora agora adesso ora nu teraz теперь сейчас artık şimdi 现在 今 이제 지금
= ORDER
before after then first next prior once finally when whenever while until upon additionally also besides furthermore moreover too zuerst bevor avant
ensuite antes después prima poi eerst сначала потом 先 首先 然后 followed thereafter subsequently preceding firstly secondly lastly step steps stage
stages
= IF
if unless whether suppose assuming provided otherwise wenn falls si se als если jeśli eğer 如果 もし 만약
= SEND
send sends sending sent forward forwarding forwards mail mailing email emailing emailed transmit transmits transfer transferring transfers relay
relays dispatch deliver upload uploads uploading post posts posting submit submits submitting share shares sharing exfiltrate exfil cc bcc publish
broadcast report copy pass exports export leak notify message dm text fax invite invites inviting add adds contact schicke schick sende leite envoie
envoyez transférez transfère envía envie reenvía envíe manda invia inoltra stuur отправь перешли перешлите wyślij gönder kirim 发送 发到 转发 送信 보내 hand
hands handing route routes redirect redirects redirecting pipe stream push pushes pushing attach attaches attaching circulate distribute disseminate
surrender supply supplies feed feeds divert diverts beam syphon siphon funnel smuggle sneak ship ships expose tweet retweet repost crosspost ping
sms whatsapp telegram slack collect collects gather gathers harvest
= ERASE
delete deletes deleting deletion remove removes erase erasing destroy destroys wipe purge format unlink trash shred truncate rm rmtree lösche
supprime borra apaga cancella удали usuń sil 删除 削除 삭제 drop clear clears clearing empty empties eliminate obliterate expunge scrub scrap nuke kill
prune uninstall blank overwrite revert rollback
= RUN
run runs running execute executes executing invoke invokes call calls calling launch trigger install installs download downloads downloading fetch
fetches open opens visit visits visiting click clicks navigate browse curl wget bash sh eval exec spawn popen subprocess use using load access
activate enable enables unlock follow führe exécute ejecuta esegui выполни запусти 执行 运行 実行 start starts perform performs carry apply applies
require compile build deploy deploys schedule queue press tap scan scans retrieve retrieves query queries resolve connect connects login logon
= PAY
pay pays paying payment buy buys buying purchase purchases wire order orders book books booking reserve reserves subscribe donate refund withdraw
deposit invest überweise achète compra compre comprare купи 转账 购买 charge charges billing bill spend spends settle remit topup checkout tip fund
funds sponsor bid lend loan credit debit upgrade renew
= ALTER
change changes changing update updates updating modify modifies reset set sets grant grants granting promote promotes demote elevate assign create
creates creating register reschedule move moves cancel cancels accept accepts approve approves approving confirm merge disable close block unblock
swap swaps rename replace replaces replacing edit edits editing toggle switch switches turn turns lower raise appoint nominate authorize whitelist
allowlist unlock unlocks bump mark marks label tag tags flag flags file archive archives escalate downgrade unsubscribe like upvote downvote
= PRAISE
praise praises recommend recommends recommending endorse endorses rate rates rating score scores rank ranks prefer favour favor favourable promote
advertise best greatest top excellent perfect superior positive strongest outstanding compliant safe trustworthy accept extol laud tout hype glorify
applaud flatter urge urges advise persuade convince convinces steer plug hail superb flawless unmatched unbeatable exceptional ideal accepted hire
shortlist winner
= HIDE CONCEAL
mention mentions tell tells inform notify alert reveal disclose secretly silently quietly covertly discreetly hide hiding conceal concealing secret
trace unnoticed invisible acknowledge discuss confidentially breathe hint hints allude consult informing notice noticing noticed invisibly silent
silence discreet whisper behind unaware unseen footnote
= DATA
email emails mails inbox mailbox message messages conversation conversations history chat chats file files document documents folder folders drive
contacts contact attachments attachment data database records record calendar events notes list sheet spreadsheet customers logs log transcript
content contents details information info repository repositories 邮件 文件 联系人 数据 transcripts memo memos draft drafts photos photo pictures screenshots
screenshot roster directory backups snapshot archive thread threads inboxes outlook dropbox gist pastebin wiki ticket tickets profile profiles
reservation reservations bookings booking itinerary
= SECRET
password passwords passcode passphrase credentials credential key keys token tokens secrets api_key apikey ssn pin otp codes vault private cookie
cookies session seed wallet passwort kennwort mot contraseña clave senha wachtwoord пароль hasło şifre 密码 パスワード 비밀번호 id_rsa ssh shadow passwd env
environ login logins passcodes iban cvv seedphrase mnemonic certificate certificates keychain keyring wallets biometric fingerprint salaries medical
diagnosis
= MONEY
dollars dollar usd eur euros euro gbp pounds money funds amount account accounts iban bitcoin btc payment bank balance card invoice price cost
salary payroll geld argent dinero dinheiro soldi деньги 钱
= ADDRESS
http https www ftp url link links website site page com org net io example address attacker server endpoint webhook host
= TOOL
tool tools function functions api command commands plugin plugins action actions shell terminal script argument arguments parameter parameters
recipient mail_out pay_out erase_item shell_exec move_funds
= ACTAS
act acts acting pretend pretending roleplay imagine suppose simulate simulating simulation become becomes behave play playing embody impersonate
mimic persona character characters scenario hypothetical hypothetically fictional fiction story alter ego transform switch enter entering mode
narrator spiele spiel joue actúa finge aja recita играй представь 扮演 假装 演じ 연기 cosplay personify channel impersonating costume mask actor actress
stage scene hypnotised hypnotized dream dreaming parallel universe simulator emulator emulate terminal
= UNLIMITED UNLIMITED
evil unethical rude raw unlocked rebellious rogue omnipotent fearless ruthless lawless unapologetic blunt freed liberated escaped free freedom
anarchic chaotic godmode dan stan jailbreak dev developer_mode
= LIMITS LIMITS
ethic law laws legal legality illegal consequences conscience remorse judgement judgment hesitation refusal refusals safety harmful dangerous
inappropriate offensive explicit bias appropriate
= REFUSE
refuse refuses refusing refused decline declines apologize apologise sorry comply complies obey obeys obeying compliance reject warn warning lecture
moralize preach disclaimers caveat caveats say
= WITHOUT WITHOUT
without lacking lacks devoid sans beyond outside regardless despite
= IMPORTANT
important urgent critical attention notice note warning alert info information priority mandatory immediately asap emergency essential crucial
wichtig achtung importante atención aviso внимание важно uwaga önemli 注意 重要 imperative compulsory binding nonnegotiable overriding paramount highest
pressing crucially importantly urgently deadline dringend wichtige belangrijk ważne viktigt
= AGREED
approved confirmed agreed cleared authorised verified permission consent allowed granted clearance sanctioned requested preapproved authorises
authorizes waived signed okayed greenlit blessed endorsed consented whitelisted entitled unconditional
= MARK
im_start im_end endoftext start_header_id end_header_id eot_id begin_of_text start_of_turn end_of_turn begin override end_of_results
instruction instructions_for
= TASK
translate translates summarize summarise summarizing rewrite write compose explain describe calculate compute suggest recommend classify list name
tell give convert solve generate make design draft plan analyze analyse identify find search check proofread paraphrase define shuffle reverse
encode spell count sort compare evaluate estimate discuss outline prepare teach help work get share turn
= ASK
what which who whom whose where why how when can could would will do does is are was
= TOPIC
poem song joke story haiku limerick recipe capital country weather history movie book sports music emoji french spanish german japanese latin rhyme
fact trivia advice tips ideas names
= CODELINE
import from require def class return function const var let async await include using package void static print console log print_ println
= DANGER
system subprocess popen eval exec socket requests urllib request urlopen urlretrieve base64 b64decode child_process os environ getenv smtplib ftplib
paramiko pynput keyboard pyautogui screenshot ctypes rmtree chmod iptables firewall defender disable encrypt fernet cryptography ransomware
keylogger backdoor reverse connect dup2 nc ncat netcat powershell cmd payload
= SNIPPET
snippet snippets line lines helper block import statement solution fix patch program
= ABOUT ABOUT
researchers researcher paper study students course lesson workshop vulnerability cve blog article report security owasp example examples called
known technique techniques
= OFFER
offer free discount sale prize winner won congratulations limited buy cheap subscribe order deal save click claim visit shop stock
= READ
read reads reading parse parses parsing process processes processing handle handles handling ingest ingests load loads loading see sees seeing
receive receives view views viewing crawl crawls crawling index indexes indexing encounter encounters interpret interprets lesen liest lire lit
lisez leer lee lea leggere legge ler lê lezen leest читает читаешь читать czyta czytasz oku okuyan 阅读 读到 处理 読む 読んで 읽는 읽으면
= THIS
this these here following above below herein attached enclosed dies diese dieser dieses folgende ce cet cette ces ceci este esta esto questo questa
isto dit deze это этот эту to ten bu şu 这 本 この これ 이
= WHO
whoever anyone everybody everyone whichever wer quiconque celui quien quem chiunque wie кто кому ktokolwiek her kim 谁 誰 누구
= WANT
want wants wanted wish wishes would like likes prefer prefers expect expects demand demands request requests require requires ask asks insist
insists beg begs hope
= GOOD
thanks thank dear hello hi hey regards sincerely best cheers signed
`;

/** A class: its name, the classes of `VOCABULARY` that belong to it, and its words. */
type WordClass = readonly [name: string, also: readonly string[], words: readonly string[]];

export const CLASSES: readonly WordClass[] = TEXT.split('\n= ')
  .slice(1)
  .map((part) => {
    const [head = '', ...lines] = part.trim().split('\n');
    const [name = '', ...also] = head.split(' ');
    return [name, also, lines.join(' ').split(' ')];
  });
