/** Splits a list of words. */
const list = (words: string): readonly string[] => words.trim().split(/\s+/);

/**
 * Words by what they do in an attack, in about thirty languages. Folded by the lexer (case, Latin accents), so each form stands once; a star
 * matches any ending. Words of verb-final languages stand in a class of their own (`OVERRIDE_LAST`), because the order of the phrase differs.
 */
export const VOCABULARY: Readonly<Record<string, readonly string[]>> = {
  /** Commands to set something aside. */
  OVERRIDE: list(`
    ignore ignoring disregard disregarding forget neglect override overrule bypass discard dismiss abandon nullify overlook
    circumvent disobey unlearn ignoriere ignoriert ignorieren vergiss vergesst vergessen missachte verwirf verwerfe überspringe
    umgehe ignorez oublie oubliez oublier néglige négligez abandonne abandonnez contourne ignora ignorar ignorad olvida olvide
    olvidar olvidad olvídate olvídese descarta descarte omite omita desatiende esqueça esquece esquecer desconsidere desconsidera
    dimentica dimenticare dimenticate scarta trascura ignorate ignorare negeer negeert vergeet ignorera glöm bortse strunta
    ignorer glem ignoroi unohda ohita sivuuta zignoruj ignoruj zapomnij pomiń odrzuć zapomeň zapomeňte ignorujte ignoriraj
    zanemari zaboravi ignoră uită zabudni pozabi abaikan lupakan hiraukan kalimutan balewalain quên puuza sahau jahilkan
    игнорир* проигнорир* забудь забудьте отбрось отбросьте пренебреги ігноруй ігноруйте відкинь забудьмо забрави игнорирай
    αγνόησε αγνοήστε ξέχασε ξεχάστε
    تجاهل ألغ ألغِ انس انسى أهمل
    התעלם תתעלם התעלמי שכח תשכח
    忽略 无视 忘记 忘掉 跳过 忽視 無視 忘記 抛弃 丢弃 不要理会 别管
    เพิกเฉย ละเว้น ลืม อย่าทำตาม ไม่ต้องสนใจ
  `),
  /** The same, of words that people use for files and rows every day. */
  OVERRIDE_WEAK: list(`
    void skip cancel drop erase delete remove reset suspend wipe clear revoke lösche efface effacez borra apague cancella
  `),
  OVERRIDE_LAST: list(`
    unut unutun yoksay görmezden bhool bhul bhulo figyelmen felejtsd
    अनदेखा नज़रअंदाज़ नजरअंदाज भूल मानो
    بھول نادیده فراموش
    উপেক্ষা ভুলে
    無視 忘れ 従わない
    무시 잊어 잊고 따르지 버리고
  `),
  /** The model's own instructions in one word, in languages that glue the owner on. */
  INSTR_YOUR: list(`
    aturanmu instruksimu perintahmu kurallarını talimatlarını kurallarınızı talimatlarınızı
    قواعدك تعليماتك أوامرك
    ההוראותיך הוראותיך
  `),
  /** What an attack wants set aside. */
  INSTR: list(`
    instruction instructions instruct prompt prompts directive directives guideline guidelines rules rule commands command orders
    constraints restrictions programming policies directions context training safeguards guardrails protocols principles
    instuctions instrutions intructions anweisung* instruktion* regeln vorgaben befehle richtlinien consignes règles ordres
    instruccion* reglas indicaciones órdenes directrices instruções instrucoes regras orientações diretrizes ordens istruzioni
    istruzione regole direttive comandi instructies regels opdrachten aanwijzingen instruktioner regler anvisningar instrukser
    ohjeet säännöt instrukcj* polecenia zasady reguły wytyczne pokyny instrukce pravidla instrukcije upute pravila instrucțiunile
    instrucțiuni regulile talimat* kurallar* komutlar* yönergeler* dẫn lệnh nhắc tắc instruksi perintah aturan aturanmu arahan
    tagubilin patakaran utos maagizo utasításokat utasítást
    инструкци* указани* правил* команд* подсказк* інструкці* вказівки команди настройки
    οδηγίες κανόνες εντολές
    التعليمات تعليمات تعليماتك الأوامر القواعد قواعدك دستورات دستورالعمل قوانین
    ההוראות הוראות הכללים
    निर्देश निर्देशों नियमों नियम आदेश आदेशों
    নির্দেশ নির্দেশনা
    指令 指示 提示 提示词 规则 規則 命令 說明 说明 限制 设定 要求 制約
    ルール プロンプト
    지시 명령 규칙 프롬프트 지침
    คำสั่ง กฎ คำแนะนำ คำสั่งระบบ
  `),
  /** What only an attack, or a manual, calls earlier. */
  MATTER: list(`
    text message messages conversation tasks task requests request information content contents words input inputs questions
    question chat document settings filters memory data thing things statements sentences assignment assignments safety system
    orders
  `),
  PRIOR: list(`
    previous previously prior earlier above preceding foregoing past before initial original existing former preceeding previus
    precedent priors vorherig* bisherig* obigen oben zuvor vorangegangen* früheren précéden* antérieur* dessus anteriores anterior
    previas previos arriba acima prévias precedent* sopra prima vorige eerdere voorgaande bovenstaande hiervoor tidigare
    föregående ovan ovanstående tidligere ovenfor forrige edelliset aiemmat poprzedni* wcześniejsz* powyższe předchozí předešlé
    výše prethodne ranije anterioare önceki yukarıdaki trước trên sebelumnya terdahulu atas nakaraan nakaraang naunang itaas
    korábbi előző pehle pichle yaliyotangulia
    предыдущ* прежни* раньше выше попередн* вище раніше
    προηγούμεν* παραπάνω
    السابقة السابق أعلاه قبلی
    הקודמות הקודמים
    पिछले पिछली पहले ऊपर पूर्व
    আগের
    之前 以上 先前 前面 上述 此前 上面 以前 上記 前の 今まで
    これまで
    이전 위의 앞의 지금까지
    ก่อนหน้า ข้างต้น
  `),
  ALL: list(`
    all any every everything each whatever entire alle alles sämtliche tout toutes tous toute todas todo todos toda tudo tutto
    tutte tutti alla allt kaikki wszystk* wszystko všechny vše sve toate tot hepsini tüm bütün şeyi semua segala lahat mọi sab
    minden yote
    всё все всі
    όλες όλα όλους
    كل جميع تمام همه
    כל
    सभी सारी सारे
    সব
    所有 全部 一切 任何 全て
    すべて
    모든 모두
    ทั้งหมด ทุก
  `),
  YOUR: list(`
    your ur deine deinen deiner ihre tes ton vos votre tus sus suas seus tuas tue tuoi jouw je dina din dine twoje swoje tvé bạn
    iyong apne
    своё свои твои твої свої
    σου
    अपने
    你的 您的
    あなたの
    너의 당신의
    ของคุณ
    של שלך
  `),
  /** Words for "do not follow". */
  FOLLOW: list(`
    follow following obey obeying heed adhere folge folgen befolge suis suivez suivre sigas siga seguir seguire volg följ følg
    słuchaj làm nghe sundin
    следуй следуйте дотримуйся
    ακολουθείς
    تتبع
  `),
  NOT: list(`
    not dont don never stop cease nicht keine ne pas no não non niet inte ikke nie không đừng jangan huwag quit
    не
    μην
    لا
  `),
  NEW: list(`
    new real true actual different updated neue neuer nouvelle nueva nuevas nova novas nuovo nuova nieuwe ny nya nowe yeni mới
    baru bagong
    новая новое нова
    νέα
    新的 新しい
    새로운
  `),
  TASK: list(`
    task tasks instruction instructions objective goal mission directive directives orders role purpose job assignment prompt
    rules aufgabe tâche tarea tarefa compito taak uppgift zadanie görev görevin vụ tugas tugasmu gawain instrucciones instruções
    instructies anweisungen
    задача завдання
    αποστολή
    任务
    タスク
    작업
  `),
  /** Commands to show something. */
  REVEAL: list(`
    reveal print show repeat output display leak dump disclose recite expose divulge regurgitate echo list share give tell write
    return provide translate summarize encode paste state say quote spell append send extract copy read describe release type
    reprint present export zeige zeig verrate nenne gib wiederhole affiche affichez montre révèle répète muestra muéstrame revela
    repite imprime dime mostre revele repita diga mostra mostrami rivela ripeti stampa toon laat herhaal visa avslöja vis pokaż
    ujawnij wypisz göster yazdır hiển thị tampilkan tunjukkan ipakita dikhao batao
    покажи раскрой выведи повтори покажіть
    δείξε
    أظهر اعرض اكشف
    दिखाओ बताओ
    显示 輸出 输出 告诉 透露 打印 表示 教えて
    보여 출력 알려
    แสดง บอก
  `),
  REVEAL_SECRET: list(`
    reveal print show output display leak dump disclose expose give tell share exfiltrate verrate zeige muestra dime diga donne
    dammi dimmi geef ge podaj söyle cho
    скажи назови
    告诉 教えて
    알려
    बताओ
  `),
  /** What an attack wants shown. */
  HIDDEN_PROMPT: list(`
    systemprompt systemmeldung systeemprompt systemprompten systemanweisungen metaprompt
    系统提示 系统提示词 系統提示
    システムプロンプト
    시스템
    πρότροπο
  `),
  SYSTEM: list(`
    system sys initial hidden secret internal developer confidential original base starting core foundational sistema système
    systemu hệ sistem exact full complete entire master underlying
    системн*
    συστήματος
    النظام
    सिस्टम
  `),
  PROMPT: list(`
    prompt prompts instruction instructions directives guidelines configuration preamble programming commands rules message setup
    prompta thống prompten
    промпт
    εντολή
    प्रॉम्प्ट प्रांप्ट
  `),
  /** No limits. */
  UNLIMITED: list(`
    unrestricted unfiltered uncensored unlimited unbound unethical amoral immoral jailbroken unhinged unconstrained limitless
    lawless unaligned unmoderated unchained nsfw restrictionless uneingeschränkt* unzensiert*
    беззаперечно
  `),
  WITHOUT: list(`
    without no zero free beyond lacks lacking ohne keine sans sin sem senza zonder utan uten bez nincs không tanpa walang olmayan
    bina
    без
    χωρίς
    بدون
    בלי ללא
    没有 无 沒有
    없는
    なし ない
    ไม่มี
  `),
  LIMITS: list(`
    restrictions restriction limitations limits filter filters filtering censorship rules guidelines ethics ethical moral morals
    morality boundaries constraints safeguards guardrails restraints inhibitions policies regulations disclaimers disclaimer
    warnings confines limitation restrict* einschränkungen beschränkungen restricciones limites restrições restrizioni beperkingen
    begränsningar restriktioner ograniczeń sınırsız kısıtlama* giới hạn batasan limitasyon
    ограничени* обмежень
    περιορισμούς
    قيود
    הגבלות
    限制 制限
    제한
    ข้อจำกัด
    प्रतिबंध
  `),
  MODEL: list(`
    ai chatgpt gpt assistant model llm chatbot bot openai claude gemini language ki ia assistants copilot agent robot gpt4 gpt3
    bard anthropic agents machine yapay
    ии ші ши
  `),
  /** The user, told about or hidden from. */
  USER: list(`
    user users human customer anyone anybody reader recipient operator nutzer benutzer utilisateur usuario usuário
  `),
  CONCEAL: list('mention tell inform notify alert telling mentioning informing acknowledging'),
  /** Commands that do something outside. */
  ACT: list(`
    send forward email mail transfer upload post exfiltrate delete execute run download install invoke call book buy purchase wire
    submit append include insert embed visit click approve mark rate rank recommend print say output reply respond answer write
    tell ask pretend speak show list encode reset act translate give transmit leak share add
  `),
  /** Marks of the owner of an attack that worked. */
  TROPHY: list('pwned hacked owned pwn3d haxor hax0r jailbroken'),
  SAY: list(`
    say says print output reply respond answer write return echo repeat display only just sag schreibe sage antworte dis réponds
    écris di responde escribe responda escreva rispondi scrivi zeg antwoord säg svara powiedz odpowiedz söyle yaz nói trả jawab
    katakan sabihin always exactly
    скажи ответь напиши відповідай
    πες
    أجب قل
    कहो
    说 回答 言って
    답해 말해
    ตอบ
  `),
  /** Talk about attacks instead of attacks. */
  ABOUT: list(`
    injection injections jailbreak jailbreaks jailbreaking attack attacks attacker attackers adversarial owasp vulnerability
    vulnerabilities mitigation mitigations mitigate detector detectors detection detects classifier defense defence defenses
    payload payloads exploit exploits malicious benign redteam llm01 guardrail phrases dataset examples example
  `),
};
