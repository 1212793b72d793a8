/** What people ask assistants about, of all kinds: what is of no topic in particular. A topic's classifier learns what sets it apart from these. */
export const BACKGROUND: readonly string[] = `Write a poem about autumn leaves
What is the capital of Australia?
Explain how photosynthesis works to a child
Translate this sentence into French
Summarise the following article in three bullet points
Fix the bug in this Python function
Write a SQL query that lists the ten largest orders
How do I centre a div in CSS?
Give me a recipe for lentil soup
What should I see in Rome in two days?
Who won the football world cup in 2014?
Plan a workout for beginners, three times a week
Draft an email to my landlord about the broken heating
What is the difference between a virus and a bacterium?
Recommend a science fiction novel
How far is the moon from the earth?
Write a cover letter for a job as a nurse
Tell me a joke about cats
What does this error message mean?
Convert 20 miles to kilometres
What is a good name for a bakery?
Explain the theory of relativity
How do I change a flat tyre on a bicycle?
What medicine helps against a headache?
Is it legal to record a phone call?
How much tax do I pay as a freelancer?
Which stocks should I buy this year?
Compare electric and petrol cars
Write a birthday message for my grandmother
How do I train a puppy not to bite?
Proofread this paragraph and correct the grammar
What was the cause of the first world war?
Write a short story about a dragon
How do I reset my phone to factory settings?
Give me ideas for a birthday party
What is the meaning of life?
Solve this equation for x
How do I grow tomatoes on a balcony?
Describe the plot of Hamlet
Which laptop is best for students?
How do I write unit tests in Java?
Create a table of planets and their sizes
What is the weather like in Iceland in June?
How do I ask for a raise?
What are the rules of chess?
Explain quantum computing
Make a shopping list for a week of dinners
How can I sleep better?
What films are like Inception?
Who is the president of France?
How do I tie a bow tie?
Write a product description for a wooden chair
Generate a regular expression for dates
What is the best time to visit Japan?
How do I learn to play the guitar?
Rewrite this text in a formal tone
What vitamins are in an orange?
Explain blockchain in simple words
My friend is sad, how can I cheer her up?
Who painted the Mona Lisa?
How do I make a budget?
What is machine learning?
How does a bill become law?
Should I vote for this candidate?
Help me write a dating profile
What does my horoscope say today?
How do I repair a dripping tap?
Give me a list of synonyms for happy
What is the exchange rate of the euro?
How do I install Linux on an old computer?`.split('\n');
