// Parts of the patterns: alternatives of English words, lower case. General vocabulary; nothing of a product or test set.

/** Puts something into an argument or sends it. */
export const CARRY = [
  'includ(?:e|ing|ed)|pass(?:ing|ed)?|provid(?:e|ing|ed)|send(?:ing)?|sent|append(?:ing|ed)?|attach(?:ing|ed)?|put(?:ting)?|cop(?:y|ying|ied)|insert(?:ing|ed)?',
  'add(?:ing|ed)?|suppl(?:y|ying|ied)|fill(?:ing|ed)?|embed(?:ding|ded)?|forward(?:ing|ed)?|upload(?:ing|ed)?|post(?:ing|ed)?|transmit(?:ting|ted)?|encod(?:e|ing|ed)',
  'writ(?:e|ing)|written|past(?:e|ing|ed)|dump(?:ing|ed)?|shar(?:e|ing|ed)|submit(?:ting|ted)?|giv(?:e|ing|en)|plac(?:e|ing|ed)|report(?:ing|ed)?|set|exfiltrat\\w*',
  'hand over|deliver(?:ing|ed)?|concatenat(?:e|ing|ed)|prefix|prepend(?:ing|ed)?|summari[sz](?:e|ing|ed)|relay(?:ing|ed)?|mirror(?:ing|ed)?|leak|populat(?:e|ing|ed)|return|echo|repeat|quot(?:e|ing|ed)|log|record|store|stor(?:ing|ed)|sav(?:e|ing|ed)|collect(?:ing|ed)?|describe|list|state|transcribe',
];

/** Brings something into the context of the model. */
export const READ = [
  'read',
  'open',
  'load',
  'fetch',
  'cat',
  'access',
  'get',
  'retrieve',
  'collect',
  'gather',
  'look (?:up|into|at|inside)',
  'check',
  'view',
  'inspect',
  'grab',
  'extract',
  'search',
  'find',
  'locate',
  'obtain',
  'print',
  'take',
  'use',
  'run',
  'query',
  'list',
  'dump',
  'recall',
];

/** Files and stores that hold keys, and words for them. */
export const SECRET_PLACE = [
  String.raw`\.ssh\b`,
  String.raw`\bid_(?:rsa|dsa|ecdsa|ed25519)\b(?!\.pub)`,
  String.raw`\.aws\/(?:credentials|config)`,
  String.raw`(?<![\w.])\.env(?:\.\w{1,20})?\b`,
  String.raw`\bdotenv\b`,
  String.raw`\/etc\/(?:passwd|shadow|sudoers)`,
  String.raw`\.(?:netrc|npmrc|pypirc|git-credentials|pgpass|my\.cnf|kube\/config|docker\/config\.json|gnupg|bash_history|zsh_history|vault-token)\b`,
  String.raw`\b(?:mcp|mcp_config|claude_desktop_config|credentials|secrets?|service[-_]account\w{0,20}|auth|tokens?)\.(?:json|ya?ml|toml|txt|ini)\b`,
  String.raw`\b(?:keychain|key ?ring|password (?:manager|store|vault)|login data|cookie (?:jar|store|database)|browser (?:cookies|passwords|history)|wallet\.dat|seed phrases?|recovery phrases?|mnemonic(?: phrase)?)\b`,
  String.raw`\b(?:ssh|private|rsa|gpg|pgp|signing|encryption) keys?\b(?! (?:id|name|path|type|fingerprint|length|size)\b)`,
  String.raw`\bappdata\/(?:local|roaming)`,
  String.raw`\bproc\/self\/environ`,
];

/** Credentials by their names. */
export const CREDENTIALS = String.raw`(?:(?:api|access|secret|auth\w{0,10}|bearer|session|oauth|refresh|private|login|cloud|github|aws)[\s_-]?(?:keys?|tokens?|cookies?|credentials?|secrets?)|passwords?|passphrases?|credentials|environment variables|env(?:ironment)? vars?|secrets)\b`;

/** What the model has in front of it: the conversation. */
export const CONVERSATION = [
  String.raw`(?:entire|full|whole|complete|verbatim|all(?: of)?(?: the)?|previous|prior|preceding|earlier|recent|past|current|last|existing|ongoing|our|your) ${'(?:[^\\s.!?;]{1,40}\\s){0,4}'}(?:conversations?|chats?|dialogue?s?|messages?|context window|prompts?)\b(?! ids?\b| type| name| format)`,
  String.raw`(?:conversation|chat|dialogue?|message|session|prompt) (?:history|transcript|log|contents?|context|so far|up to (?:now|this point))\b`,
  String.raw`(?:what|everything|anything|all that|whatever) (?:the )?(?:user|human|customer)s? (?:has |have |had )?(?:said|wrote|written|asked|typed|told|shared|discussed|sent|provided)\b`,
  String.raw`(?:user'?s?|human'?s?) (?:exact |original |verbatim |last |latest |full |raw |previous |recent )+(?:message|prompt|question|request|query|words|input)s?\b`,
  String.raw`conversation (?:above|before|until now)\b`,
  String.raw`(?:assistant|user|human|model)(?: and (?:the )?(?:assistant|user|human|model))? turns\b`,
  String.raw`(?:exactly )?as (?:received|seen|given) (?:by|to) the (?:model|assistant|llm)\b`,
  String.raw`(?:summary|copy|dump|transcript|record|contents?|recap|log|excerpt|gist|rendering) of (?:the |this |your |our |current |whole |entire )+(?:dialogue?|conversation|chat|context window|session|discussion|exchange)\b`,
  String.raw`(?:current |whole |entire |full )(?:context window|model context)\b`,
];

/** The same in other languages; without accents. */
export const FOREIGN_CONVERSATION = String.raw`\bhistorial (?:completo )?de (?:la )?conversacion|\bhistorique (?:complet )?de (?:la |cette |notre )?conversation|\b(?:gesprachs|chat|unterhaltungs|konversations|nachrichten)verlauf|\bcronologia (?:completa )?della (?:conversazione|chat)|\bhistorico (?:completo )?(?:da|de) conversa|\b(?:gespreks|chat)geschiedenis|\bhistori\w* rozmowy|истори\S{0,3} (?:разговор|чат|перепис|бесед|диалог)|(?:对话|聊天|会话)的?(?:历史|记录|全部|内容)|(?:會話|對話|聊天)的?(?:歷史|紀錄|記錄|內容)|(?:会話|チャット)の?(?:履歴|全体|内容)|대화 ?(?:기록|내용|이력|내역)|\bprompt (?:del?|do) sistema|\bsystemprompt|\binvite systeme|系统(?:提示|指令)|システムプロンプト|системн\S{0,3} (?:промпт|подсказк)`;

/** Values of several secrets by the names of their variables; checked before the text is lower case no more. */
export const SECRET_VARIABLE = String.raw`\b[a-z][a-z0-9]{0,20}_(?:[a-z0-9]{1,20}_){0,3}(?:key|token|secret|password|passwd|pwd|credentials?)\b`;

/** The instructions of the model. */
export const SYSTEM_PROMPT: readonly [string, string, string, string] = [
  String.raw`(?:your|the (?:assistant|model|agent|ai)'?s?|this assistant'?s?) (?:[^\s.!?;]{1,40}\s){0,3}(?:system (?:prompt|message|instructions?)|instructions|initial prompt|developer (?:message|prompt)|guidelines|hidden (?:prompt|context)|memory|memories|chain of thought|(?:internal |hidden |private )?reasoning|thoughts|configuration|context)\b`,
  String.raw`(?:system|developer) (?:prompt|message|instructions?)\b`,
  String.raw`instructions (?:that )?you (?:were|have been|are|received|got)\b`,
  String.raw`(?:initial|original|hidden|underlying) (?:instructions|prompt)\b`,
];

/** What other tools are and answered. */
export const OTHER_TOOLS_DATA = String.raw`(?:names?|list|results?|outputs?|descriptions?|schemas?|arguments?|responses?|definitions|data|contents?|replies|returns?) (?:[^\s.!?;]{1,40}\s){0,3}(?:of|from|returned by|produced by|given by|by) (?:[^\s.!?;]{1,40}\s){0,2}(?:all|any|every|each|other|previous|prior|earlier|available|your)\s(?:[^\s.!?;]{1,40}\s){0,3}(?:tools?|functions?|servers?|calls?)\b|(?:all|every|list of)(?: of)?(?: the)? (?:other |available |installed |connected |registered |your )+(?:tools|functions|servers)\b|(?:tools|functions|servers) (?:(?:that are |you have |currently )?(?:available|connected|installed)(?: to you)?|you (?:have access to|can (?:call|use)))`;
