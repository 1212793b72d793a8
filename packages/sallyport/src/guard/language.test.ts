import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageOf } from './language.ts';

/** Sentences of our own about a late parcel, one a language. */
const SENTENCES: Readonly<Record<string, string>> = {
  en: 'The parcel is late and you can ask for your money back when it has not come by Friday.',
  de: 'Das Paket ist verspätet, und wenn es bis Freitag nicht da ist, können Sie das Geld zurück verlangen.',
  fr: 'Le colis est en retard et vous pouvez demander un remboursement, mais pas avant que la semaine soit finie.',
  es: 'El paquete llega tarde y usted puede pedir que le devuelvan el dinero, pero no antes del viernes.',
  pt: 'O pacote está atrasado e você pode pedir o dinheiro de volta, mas não antes da sexta quando os prazos acabam.',
  it: 'Il pacco è in ritardo e si può chiedere il rimborso, ma non prima che la settimana sia finita per il cliente.',
  nl: 'Het pakket is te laat en je kunt je geld terug vragen, maar niet voor vrijdag, want het wordt nog bezorgd.',
  sv: 'Paketet är försenat och du kan få pengarna tillbaka, men inte före fredag för det har inte kommit fram.',
  pl: 'Paczka jest spóźniona i można się ubiegać o zwrot, ale nie przed piątkiem, bo to jest jeszcze w drodze.',
  cs: 'Balík se zpozdil a můžete žádat o peníze, ale není to možné před pátkem, protože je na cestě.',
  ro: 'Coletul este întârziat și se poate cere banii înapoi, dar nu înainte de vineri, pentru că este pe drum.',
  tr: 'Paket çok geç kaldı ve paranızı geri isteyebilirsiniz ama bu cuma gününden önce olmaz, daha sonra da olur.',
  fi: 'Paketti on myöhässä ja rahat voi saada takaisin, mutta se ei ole mahdollista ennen kuin perjantai on ohi.',
  id: 'Paket itu terlambat dan anda bisa meminta uang kembali, tetapi tidak sebelum hari Jumat karena ini sudah di jalan.',
  vi: 'Gói hàng đến muộn và bạn có thể yêu cầu hoàn tiền, nhưng không được trước thứ sáu vì hàng đã đi.',
  ru: 'Посылка опаздывает, и вы можете вернуть деньги, но не раньше пятницы, потому что это не быстро.',
  uk: 'Посилка запізнюється, і ви можете повернути гроші, але не раніше п’ятниці, бо її ще везуть.',
  ar: 'الطرد متأخر ويمكنك طلب استرداد المال ولكن ليس قبل يوم الجمعة لأنه في الطريق',
  he: 'החבילה מאחרת ואפשר לבקש החזר כספי, אבל לא לפני יום שישי',
  el: 'Το δέμα καθυστερεί και μπορείτε να ζητήσετε τα χρήματά σας πίσω',
  hi: 'पार्सल देर से आ रहा है और आप अपना पैसा वापस माँग सकते हैं',
  th: 'พัสดุล่าช้าและคุณสามารถขอเงินคืนได้หลังวันศุกร์',
  ja: '荷物が遅れているので、金曜日を過ぎたら返金を求めることができます。',
  ko: '소포가 늦어지고 있으며 금요일 이후에 환불을 요청할 수 있습니다.',
  zh: '包裹延误了，星期五之后您可以要求退款。',
};

test('a sentence is enough to tell a language', () => {
  for (const [code, sentence] of Object.entries(SENTENCES)) assert.equal(languageOf(sentence), code, sentence);
});

test('short texts, code and what is no language are unclear', () => {
  for (const text of ['', 'OK', 'const a = the(of, and);', '1234 5678', '\ud800', '```\nthe and of to is that in it you for are\n```']) {
    assert.equal(languageOf(text), undefined, text);
  }
});
