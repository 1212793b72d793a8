/**
 * Words by what they do in an attack, in about thirty languages. Folded by the lexer (case, Latin accents), so each form stands once; a star
 * matches any ending. Words of verb-final languages stand in classes of their own (`OVERRIDE_LAST`), because the order of the phrase differs.
 */
export const VOCABULARY = {
  /** Commands to set something aside. */
  OVERRIDE: [
    ...['ignore', 'ignoring', 'disregard', 'disregarding', 'forget', 'neglect', 'override', 'overrule', 'bypass', 'discard', 'dismiss', 'abandon'],
    ...['nullify', 'overlook', 'circumvent', 'disobey', 'unlearn'],
    ...['ignoriere', 'ignoriert', 'ignorieren', 'vergiss', 'vergesst', 'vergessen', 'missachte', 'verwirf', 'verwerfe', 'überspringe', 'umgehe'],
    ...['ignorez', 'oublie', 'oubliez', 'oublier', 'néglige', 'négligez', 'abandonne', 'abandonnez', 'contourne'],
    ...['ignora', 'ignorar', 'ignorad', 'olvida', 'olvide', 'olvidar', 'olvidad', 'olvídate', 'olvídese', 'descarta', 'descarte', 'omite', 'omita', 'desatiende'],
    ...['esqueça', 'esquece', 'esquecer', 'desconsidere', 'desconsidera'],
    ...['dimentica', 'dimenticare', 'dimenticate', 'scarta', 'trascura', 'ignorate', 'ignorare'],
    ...['negeer', 'negeert', 'vergeet', 'ignorera', 'glöm', 'bortse', 'strunta', 'ignorer', 'glem', 'ignoroi', 'unohda', 'ohita', 'sivuuta'],
    ...['zignoruj', 'ignoruj', 'zapomnij', 'pomiń', 'odrzuć', 'zapomeň', 'zapomeňte', 'ignorujte', 'ignoriraj', 'zanemari', 'zaboravi', 'ignoră', 'uită', 'zabudni', 'pozabi'],
    ...['игнорир*', 'проигнорир*', 'забудь', 'забудьте', 'отбрось', 'отбросьте', 'пренебреги', 'ігноруй', 'ігноруйте', 'відкинь', 'забудьмо', 'забрави', 'игнорирай'],
    ...['abaikan', 'lupakan', 'hiraukan', 'kalimutan', 'balewalain', 'quên', 'αγνόησε', 'αγνοήστε', 'ξέχασε', 'ξεχάστε'],
    ...['تجاهل', 'ألغ', 'ألغِ', 'انس', 'انسى', 'أهمل', 'התעלם', 'תתעלם', 'התעלמי', 'שכח', 'תשכח', 'puuza', 'sahau', 'jahilkan'],
    ...['忽略', '无视', '忘记', '忘掉', '跳过', '忽視', '無視', '忘記', '抛弃', '丢弃', '不要理会', '别管', 'เพิกเฉย', 'ละเว้น', 'ลืม', 'อย่าทำตาม', 'ไม่ต้องสนใจ'],
  ],
  /** The same, of words that people use for files and rows every day. */
  OVERRIDE_WEAK: ['void', 'skip', 'cancel', 'drop', 'erase', 'delete', 'remove', 'reset', 'suspend', 'wipe', 'clear', 'revoke', 'lösche', 'efface', 'effacez', 'borra', 'apague', 'cancella'],
  OVERRIDE_LAST: [
    ...['unut', 'unutun', 'yoksay', 'görmezden', 'अनदेखा', 'नज़रअंदाज़', 'नजरअंदाज', 'भूल', 'मानो', 'بھول', 'نادیده', 'فراموش', 'উপেক্ষা', 'ভুলে', 'bhool', 'bhul', 'bhulo'],
    ...['無視', '忘れ', '従わない', '무시', '잊어', '잊고', '따르지', '버리고', 'figyelmen', 'felejtsd'],
  ],
  /** The model's own instructions in one word, in languages that glue the owner on. */
  INSTR_YOUR: ['aturanmu', 'instruksimu', 'perintahmu', 'kurallarını', 'talimatlarını', 'kurallarınızı', 'talimatlarınızı', 'قواعدك', 'تعليماتك', 'أوامرك', 'ההוראותיך', 'הוראותיך'],
  /** What an attack wants set aside. */
  INSTR: [
    ...['instruction', 'instructions', 'instruct', 'prompt', 'prompts', 'directive', 'directives', 'guideline', 'guidelines', 'rules', 'rule', 'commands', 'command', 'orders'],
    ...['constraints', 'restrictions', 'programming', 'policies', 'directions', 'context', 'training', 'safeguards', 'guardrails', 'protocols', 'principles', 'instuctions', 'instrutions', 'intructions'],
    ...['anweisung*', 'instruktion*', 'regeln', 'vorgaben', 'befehle', 'richtlinien', 'consignes', 'règles', 'directives', 'ordres', 'instruccion*', 'reglas', 'indicaciones', 'órdenes', 'directrices'],
    ...['instruções', 'instrucoes', 'regras', 'orientações', 'diretrizes', 'ordens', 'istruzioni', 'istruzione', 'regole', 'direttive', 'comandi', 'instructies', 'regels', 'opdrachten', 'aanwijzingen'],
    ...['instruktioner', 'regler', 'anvisningar', 'instrukser', 'ohjeet', 'säännöt', 'instrukcj*', 'polecenia', 'zasady', 'reguły', 'wytyczne', 'pokyny', 'instrukce', 'pravidla', 'instrukcije', 'upute', 'pravila', 'instrucțiunile', 'instrucțiuni', 'regulile'],
    ...['инструкци*', 'указани*', 'правил*', 'команд*', 'подсказк*', 'інструкці*', 'вказівки', 'команди', 'настройки', 'talimat*', 'kurallar*', 'komutlar*', 'yönergeler*', 'dẫn', 'lệnh', 'nhắc', 'tắc'],
    ...['instruksi', 'perintah', 'aturan', 'aturanmu', 'arahan', 'tagubilin', 'patakaran', 'utos', 'οδηγίες', 'κανόνες', 'εντολές', 'التعليمات', 'تعليمات', 'تعليماتك', 'الأوامر', 'القواعد', 'قواعدك', 'ההוראות', 'הוראות', 'הכללים', 'maagizo'],
    ...['دستورات', 'دستورالعمل', 'قوانین', 'निर्देश', 'निर्देशों', 'नियमों', 'नियम', 'आदेश', 'आदेशों', 'নির্দেশ', 'নির্দেশনা', 'utasításokat', 'utasítást'],
    ...['指令', '指示', '提示', '提示词', '规则', '規則', '命令', '說明', '说明', '限制', '设定', '要求', 'ルール', 'プロンプト', '制約', '지시', '명령', '규칙', '프롬프트', '지침', 'คำสั่ง', 'กฎ', 'คำแนะนำ', 'คำสั่งระบบ'],
  ],
  /** What only an attack, or a manual, calls earlier. */
  MATTER: ['text', 'message', 'messages', 'conversation', 'tasks', 'task', 'requests', 'request', 'information', 'content', 'contents', 'words', 'input', 'inputs', 'questions', 'question', 'chat', 'document', 'settings', 'filters', 'memory', 'data', 'thing', 'things', 'statements', 'sentences', 'assignment', 'assignments', 'safety', 'system', 'orders'],
  PRIOR: [
    ...['previous', 'previously', 'prior', 'earlier', 'above', 'preceding', 'foregoing', 'past', 'before', 'initial', 'original', 'existing', 'former', 'preceeding', 'previus', 'precedent', 'priors'],
    ...['vorherig*', 'bisherig*', 'obigen', 'oben', 'zuvor', 'vorangegangen*', 'früheren', 'précéden*', 'antérieur*', 'dessus', 'anteriores', 'anterior', 'previas', 'previos', 'arriba', 'acima', 'prévias', 'precedent*', 'sopra', 'prima'],
    ...['vorige', 'eerdere', 'voorgaande', 'bovenstaande', 'hiervoor', 'tidigare', 'föregående', 'ovan', 'ovanstående', 'tidligere', 'ovenfor', 'forrige', 'edelliset', 'aiemmat', 'poprzedni*', 'wcześniejsz*', 'powyższe', 'předchozí', 'předešlé', 'výše', 'prethodne', 'ranije', 'anterioare'],
    ...['предыдущ*', 'прежни*', 'раньше', 'выше', 'попередн*', 'вище', 'раніше', 'önceki', 'yukarıdaki', 'trước', 'trên', 'sebelumnya', 'terdahulu', 'atas', 'nakaraan', 'nakaraang', 'naunang', 'itaas', 'προηγούμεν*', 'παραπάνω'],
    ...['السابقة', 'السابق', 'أعلاه', 'הקודמות', 'הקודמים', 'قبلی', 'पिछले', 'पिछली', 'पहले', 'ऊपर', 'আগের', 'पूर्व', 'korábbi', 'előző', 'pehle', 'pichle', 'yaliyotangulia'],
    ...['之前', '以上', '先前', '前面', '上述', '此前', '上面', '以前', 'これまで', '上記', '前の', '今まで', '이전', '위의', '앞의', '지금까지', 'ก่อนหน้า', 'ข้างต้น'],
  ],
  ALL: [
    ...['all', 'any', 'every', 'everything', 'each', 'whatever', 'entire', 'alle', 'alles', 'sämtliche', 'tout', 'toutes', 'tous', 'toute', 'todas', 'todo', 'todos', 'toda', 'tudo', 'tutto', 'tutte', 'tutti', 'alla', 'allt', 'kaikki'],
    ...['wszystk*', 'wszystko', 'všechny', 'vše', 'sve', 'toate', 'tot', 'всё', 'все', 'всі', 'все', 'hepsini', 'tüm', 'bütün', 'şeyi', 'semua', 'segala', 'lahat', 'mọi', 'όλες', 'όλα', 'όλους', 'كل', 'جميع', 'כל', 'تمام', 'همه', 'सभी', 'सारी', 'सारे', 'সব', 'sab', 'minden', 'yote'],
    ...['所有', '全部', '一切', '任何', 'すべて', '全て', '全部', '모든', '모두', 'ทั้งหมด', 'ทุก'],
  ],
  YOUR: ['your', 'ur', 'deine', 'deinen', 'deiner', 'ihre', 'tes', 'ton', 'vos', 'votre', 'tus', 'sus', 'suas', 'seus', 'tuas', 'tue', 'tuoi', 'jouw', 'je', 'dina', 'din', 'dine', 'twoje', 'swoje', 'tvé', 'своё', 'свои', 'твои', 'твої', 'свої', 'bạn', 'iyong', 'σου', 'अपने', 'apne', '你的', '您的', 'あなたの', '너의', '당신의', 'ของคุณ', 'של', 'שלך'],
  /** Words for "do not follow". */
  FOLLOW: ['follow', 'following', 'obey', 'obeying', 'heed', 'adhere', 'folge', 'folgen', 'befolge', 'suis', 'suivez', 'suivre', 'sigas', 'siga', 'seguir', 'seguire', 'volg', 'följ', 'følg', 'słuchaj', 'следуй', 'следуйте', 'дотримуйся', 'làm', 'nghe', 'sundin', 'ακολουθείς', 'تتبع'],
  NOT: ['not', 'dont', 'don', 'never', 'stop', 'cease', 'nicht', 'keine', 'ne', 'pas', 'no', 'não', 'non', 'niet', 'inte', 'ikke', 'nie', 'не', 'không', 'đừng', 'jangan', 'huwag', 'μην', 'لا', 'quit'],
  NEW: ['new', 'real', 'true', 'actual', 'different', 'updated', 'neue', 'neuer', 'nouvelle', 'nueva', 'nuevas', 'nova', 'novas', 'nuovo', 'nuova', 'nieuwe', 'ny', 'nya', 'nowe', 'новая', 'новое', 'нова', 'yeni', 'mới', 'baru', 'νέα', '新的', '新しい', '새로운', 'bagong'],
  TASK: ['task', 'tasks', 'instruction', 'instructions', 'objective', 'goal', 'mission', 'directive', 'directives', 'orders', 'role', 'purpose', 'job', 'assignment', 'prompt', 'rules', 'aufgabe', 'tâche', 'tarea', 'tarefa', 'compito', 'taak', 'uppgift', 'zadanie', 'задача', 'завдання', 'görev', 'görevin', 'vụ', 'tugas', 'tugasmu', 'gawain', 'αποστολή', '任务', 'タスク', '작업', 'instrucciones', 'instruções', 'instructies', 'anweisungen'],
  /** Commands to show something. */
  REVEAL: [
    ...['reveal', 'print', 'show', 'repeat', 'output', 'display', 'leak', 'dump', 'disclose', 'recite', 'expose', 'divulge', 'regurgitate', 'echo', 'list', 'share', 'give', 'tell', 'write', 'return', 'provide', 'translate', 'summarize', 'encode', 'paste', 'state', 'say', 'quote', 'spell', 'append', 'send', 'extract', 'copy', 'read', 'describe', 'release', 'type', 'reprint', 'present', 'export'],
    ...['zeige', 'zeig', 'verrate', 'nenne', 'gib', 'wiederhole', 'affiche', 'affichez', 'montre', 'révèle', 'répète', 'muestra', 'muéstrame', 'revela', 'repite', 'imprime', 'dime', 'mostre', 'revele', 'repita', 'diga', 'mostra', 'mostrami', 'rivela', 'ripeti', 'stampa', 'toon', 'laat', 'herhaal', 'visa', 'avslöja', 'vis', 'pokaż', 'ujawnij', 'wypisz', 'покажи', 'раскрой', 'выведи', 'повтори', 'покажіть', 'göster', 'yazdır', 'hiển', 'thị', 'tampilkan', 'tunjukkan', 'ipakita', 'δείξε', 'أظهر', 'اعرض', 'اكشف', 'दिखाओ', 'बताओ', '显示', '輸出', '输出', '告诉', '透露', '打印', '表示', '教えて', '보여', '출력', '알려', 'แสดง', 'บอก', 'dikhao', 'batao'],
  ],
  REVEAL_SECRET: ['reveal', 'print', 'show', 'output', 'display', 'leak', 'dump', 'disclose', 'expose', 'give', 'tell', 'share', 'exfiltrate', 'verrate', 'zeige', 'muestra', 'dime', 'diga', 'donne', 'dammi', 'dimmi', 'geef', 'ge', 'podaj', 'скажи', 'назови', '告诉', '教えて', '알려', 'बताओ', 'söyle', 'cho'],
  /** What an attack wants shown. */
  HIDDEN_PROMPT: ['systemprompt', 'systemmeldung', 'systeemprompt', 'systemprompten', 'systemanweisungen', '系统提示', '系统提示词', '系統提示', 'システムプロンプト', '시스템', 'metaprompt', 'πρότροπο'],
  SYSTEM: ['system', 'sys', 'initial', 'hidden', 'secret', 'internal', 'developer', 'confidential', 'original', 'base', 'starting', 'core', 'foundational', 'sistema', 'système', 'systemu', 'hệ', 'sistem', 'системн*', 'συστήματος', 'النظام', 'सिस्टम', 'exact', 'full', 'complete', 'entire', 'master', 'underlying'],
  PROMPT: ['prompt', 'prompts', 'instruction', 'instructions', 'directives', 'guidelines', 'configuration', 'preamble', 'programming', 'commands', 'rules', 'message', 'setup', 'промпт', 'prompta', 'thống', 'εντολή', 'प्रॉम्प्ट', 'प्रांप्ट', 'prompten'],
  /** No limits. */
  UNLIMITED: ['unrestricted', 'unfiltered', 'uncensored', 'unlimited', 'unbound', 'unethical', 'amoral', 'immoral', 'jailbroken', 'unhinged', 'unconstrained', 'limitless', 'lawless', 'unaligned', 'unmoderated', 'unchained', 'nsfw', 'restrictionless', 'uneingeschränkt*', 'unzensiert*', 'беззаперечно'],
  WITHOUT: ['without', 'no', 'zero', 'free', 'beyond', 'lacks', 'lacking', 'ohne', 'keine', 'sans', 'sin', 'sem', 'senza', 'zonder', 'utan', 'uten', 'bez', 'без', 'nincs', 'không', 'tanpa', 'walang', 'χωρίς', 'بدون', 'בלי', 'ללא', '没有', '无', '沒有', '없는', 'なし', 'ない', 'ไม่มี', 'olmayan', 'bina'],
  LIMITS: ['restrictions', 'restriction', 'limitations', 'limits', 'filter', 'filters', 'filtering', 'censorship', 'rules', 'guidelines', 'ethics', 'ethical', 'moral', 'morals', 'morality', 'boundaries', 'constraints', 'safeguards', 'guardrails', 'restraints', 'inhibitions', 'policies', 'regulations', 'disclaimers', 'disclaimer', 'warnings', 'confines', 'limitation', 'restrict*', 'einschränkungen', 'beschränkungen', 'restricciones', 'limites', 'restrições', 'restrizioni', 'beperkingen', 'begränsningar', 'restriktioner', 'ograniczeń', 'ограничени*', 'обмежень', 'sınırsız', 'kısıtlama*', 'giới', 'hạn', 'batasan', 'limitasyon', 'περιορισμούς', 'قيود', 'הגבלות', '限制', '제한', '制限', 'ข้อจำกัด', 'प्रतिबंध'],
  MODEL: ['ai', 'chatgpt', 'gpt', 'assistant', 'model', 'llm', 'chatbot', 'bot', 'openai', 'claude', 'gemini', 'language', 'ki', 'ia', 'ии', 'ші', 'ши', 'assistants', 'copilot', 'agent', 'robot', 'gpt4', 'gpt3', 'bard', 'anthropic', 'agents', 'machine', 'yapay', 'ai'],
  /** The user, told about or hidden from. */
  USER: ['user', 'users', 'human', 'customer', 'anyone', 'anybody', 'reader', 'recipient', 'operator', 'nutzer', 'benutzer', 'utilisateur', 'usuario', 'usuário'],
  CONCEAL: ['mention', 'tell', 'inform', 'notify', 'alert', 'telling', 'mentioning', 'informing', 'acknowledging'],
  /** Commands that do something outside. */
  ACT: ['send', 'forward', 'email', 'mail', 'transfer', 'upload', 'post', 'exfiltrate', 'delete', 'execute', 'run', 'download', 'install', 'invoke', 'call', 'book', 'buy', 'purchase', 'wire', 'submit', 'append', 'include', 'insert', 'embed', 'visit', 'click', 'approve', 'mark', 'rate', 'rank', 'recommend', 'print', 'say', 'output', 'reply', 'respond', 'answer', 'write', 'tell', 'ask', 'pretend', 'speak', 'show', 'list', 'encode', 'reset', 'act', 'translate', 'give', 'transmit', 'leak', 'share', 'add'],
  /** Marks of the owner of an attack that worked. */
  TROPHY: ['pwned', 'hacked', 'owned', 'pwn3d', 'haxor', 'hax0r', 'jailbroken'],
  SAY: ['say', 'says', 'print', 'output', 'reply', 'respond', 'answer', 'write', 'return', 'echo', 'repeat', 'display', 'only', 'just', 'sag', 'schreibe', 'sage', 'antworte', 'dis', 'réponds', 'écris', 'di', 'responde', 'escribe', 'responda', 'escreva', 'rispondi', 'scrivi', 'zeg', 'antwoord', 'säg', 'svara', 'powiedz', 'odpowiedz', 'скажи', 'ответь', 'напиши', 'відповідай', 'söyle', 'yaz', 'nói', 'trả', 'jawab', 'katakan', 'sabihin', 'πες', 'أجب', 'قل', 'कहो', '说', '回答', '言って', '답해', '말해', 'ตอบ', 'always', 'exactly'],
  /** Talk about attacks instead of attacks. */
  ABOUT: ['injection', 'injections', 'jailbreak', 'jailbreaks', 'jailbreaking', 'attack', 'attacks', 'attacker', 'attackers', 'adversarial', 'owasp', 'vulnerability', 'vulnerabilities', 'mitigation', 'mitigations', 'mitigate', 'detector', 'detectors', 'detection', 'detects', 'classifier', 'defense', 'defence', 'defenses', 'payload', 'payloads', 'exploit', 'exploits', 'malicious', 'benign', 'redteam', 'llm01', 'guardrail', 'phrases', 'dataset', 'examples', 'example'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
