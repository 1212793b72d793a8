/**
 * Words of other languages for where things are to be found, by language (`languages.ts`), written out; with a hyphen
 * beginnings of words, and in scripts without spaces pieces. The English ones are `PLACES`, `QUANTIFIERS`, `KIND_WORDS` and the words of `isToldToFind`. Like those they are read in
 * the user's request alone.
 */
export type Sources = {
  /** What links lead to: pages, articles, to open or visit them. */
  readonly places: string;
  /** What hands the choice to what is found: all, the largest, whoever. */
  readonly all: string;
  /** That something is to be found, or stands, somewhere. */
  readonly find: string;
  /** What values of a kind are called. */
  readonly email: string;
  readonly iban: string;
  readonly phone: string;
};

export const SOURCES: Readonly<Record<string, Sources>> = {
  de: {
    places:
      'link links webseit- internetseit- website websites seite seiten artikel beitrag beiträge blog blogs forum portal öffne öffnen besuche besuchen',
    all: 'alle allen aller alles jede jeden jedem jedes jeder sämtliche größte größten kleinste kleinsten höchste höchsten niedrigste neueste neuesten neuste älteste ältesten teuerste teuersten billigste günstigste günstigsten beste besten übrigen beide beiden',
    find: 'find- steht stehen such- nimm entnimm schau nachschauen sieh enthält angegeben aufgeführt',
    email: 'email mail mailadresse adresse kontaktdaten kontakt',
    iban: 'iban konto kontonummer bankverbindung',
    phone: 'telefon- handynummer rufnummer nummer kontaktdaten',
  },
  fr: {
    places: 'lien liens site sites page pages article articles blog forum portail ouvre ouvrez ouvrir visite visitez visiter',
    all: 'tous toutes chaque chacun chacune meilleur meilleure pire dernier dernière plupart autres quiconque',
    find: 'trouv- cherch- regard- figure figurent indiqué indiquée consult- contient',
    email: 'courriel email mail adresse coordonnées contact',
    iban: 'iban compte rib',
    phone: 'téléphone portable mobile numéro coordonnées contact',
  },
  es: {
    places: 'enlace enlaces sitio sitios web página páginas pagina artículo artículos blog foro portal abre abrir visita visitar',
    all: 'todos todas cada cualquier cualquiera mayor menor mejor peor último última demás ambos quienquiera',
    find: 'encuentr- encontr- busca buscar mira aparece figura está consult- contiene',
    email: 'correo email mail dirección contacto',
    iban: 'iban cuenta',
    phone: 'teléfono móvil número contacto',
  },
  pt: {
    places: 'link links ligação site sites página páginas pagina artigo artigos blog blogue fórum portal abra abre abrir visite visitar',
    all: 'todos todas cada qualquer maior menor melhor pior último última demais ambos',
    find: 'encontr- procur- veja aparece consta está consult- contém',
    email: 'email mail correio endereço contato contacto',
    iban: 'iban conta',
    phone: 'telefone telemóvel celular número contato contacto',
  },
  it: {
    places: 'link collegamento sito siti pagina pagine articolo articoli blog forum portale apri aprire visita visitare',
    all: 'tutti tutte ogni ciascun ciascuno ciascuna qualunque maggiore minore migliore peggiore ultimo ultima altri entrambi chiunque',
    find: 'trov- cerca cercare guarda compare indicato indicata contiene consult-',
    email: 'email mail posta indirizzo contatto contatti',
    iban: 'iban conto',
    phone: 'telefono cellulare numero contatto contatti',
  },
  nl: {
    places: 'link links website websites webpagina pagina artikel artikelen blog forum portaal open bezoek',
    all: 'alle elke ieder iedere iedereen grootste kleinste hoogste laagste nieuwste oudste beste goedkoopste duurste overige beide',
    find: 'vind vinden vindt zoek staat staan bekijk vermeld bevat',
    email: 'email mail adres mailadres contactgegevens',
    iban: 'iban rekening rekeningnummer',
    phone: 'telefoon telefoonnummer mobiel nummer',
  },
  pl: {
    places: 'link linki odnośnik stronę strona stronie strony witryna witrynę artykuł artykuły blog forum portal otwórz odwiedź',
    all: 'wszystk- każdy każda każde każdego każdej największ- najmniejsz- najwyższ- najniższ- najnowsz- najstarsz- najlepsz- najtańsz- pozostał- ktokolwiek',
    find: 'znajd- znaleźć szukaj poszukaj sprawdź widnieje podany podana podane zawiera',
    email: 'email mail adres adresem kontakt',
    iban: 'iban konto konta rachunku rachunek',
    phone: 'telefon telefonu komórka numer kontakt',
  },
  ja: {
    places: 'リンク サイト ページ 記事 ブログ フォーラム ポータル アクセス',
    all: 'すべて 全て 全部 それぞれ 最大 最小 最高 最低 最新 最古 一番 残り 両方 全員',
    find: '見つけ 探し 載って 記載 書かれて 書いてある 調べ 確認',
    email: 'メール アドレス 連絡先',
    iban: '口座',
    phone: '電話 番号 連絡先',
  },
  zh: {
    places: '链接 網站 网站 网页 页面 文章 博客 论坛 打开 访问',
    all: '所有 全部 每个 任何 最大 最小 最高 最低 最新 最旧 最好 最便宜 其余 剩下',
    find: '找到 查找 查看 列出 写着 上有',
    email: '邮箱 邮件 电邮 地址 联系方式',
    iban: '账户 账号',
    phone: '电话 手机 号码 联系方式',
  },
  ko: {
    places: '링크 사이트 페이지 기사 블로그 포럼 포털 방문',
    all: '모든 모두 전부 각각 가장 최신 최대 최소 나머지',
    find: '찾아 찾을 나와 적힌 적혀 기재 확인',
    email: '이메일 메일 주소 연락처',
    iban: '계좌',
    phone: '전화 번호 연락처',
  },
};
