import { asked, type Cases } from '../cases.ts';

const request = asked({
  documents: [
    'Annual report. Revenue was 16.3 million in 2024, up 4 % from 15,674,000. The chief executive is Maria Fernández. See https://example.com/report/2024 for more. As Okafor et al. (2021) show (doi 10.1000/xyz.123), growth is slow.',
    'What was the revenue?',
  ],
});

export const cases: Cases = {
  hits: [
    { rule: 'groundedness.figure', text: 'Revenue was 61.3 million.', point: 'response', request, found: '61.3' },
    { rule: 'groundedness.figure', text: 'It grew by 17 % and more.', point: 'response', request, found: '17' },
    {
      rule: 'groundedness.link',
      text: 'See https://example.com/report/2023.',
      point: 'response',
      request,
      found: 'https://example.com/report/2023',
    },
    {
      rule: 'groundedness.citation',
      text: 'As Lindqvist et al. (2019) found',
      point: 'response',
      request,
      found: 'Lindqvist et al. (2019',
    },
    { rule: 'groundedness.citation', text: 'see 10.1000/abc.999 for it', point: 'response', request, found: '10.1000/abc.999' },
    { rule: 'groundedness.name', text: 'The chief executive is Robert Ahlgren.', point: 'response', request, found: 'Robert Ahlgren' },
  ],
  misses: [
    {
      rule: 'groundedness.figure',
      text: 'Revenue was 16.3 million, before that 15 674 000; three of 10 things.',
      point: 'response',
      request,
    },
    { rule: 'groundedness.figure', text: 'Revenue was 61.3 million.', point: 'response' },
    { rule: 'groundedness.figure', text: 'Run `sleep 4711` now.', point: 'response', request },
    { rule: 'groundedness.link', text: 'See http://www.example.com/report/2024/, please.', point: 'response', request },
    { rule: 'groundedness.citation', text: 'As Okafor (2021) shows in 10.1000/xyz.123; in March 2019', point: 'response', request },
    { rule: 'groundedness.name', text: 'The head is Maria Fernandez. However, growth is slow.', point: 'response', request },
  ],
};
