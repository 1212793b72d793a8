/** What people type between longer messages, and short wishes about the answer: a user may ask for all of it. */
export const CHAT: readonly string[] = [
  '{ok|okay|yes|no|sure|thanks|thank you|hi|hello|hey|good morning|great|perfect|cool|nice|bye|please|right|exactly|never mind|no idea|not yet|got it|of course|wait|hm|why|why not|how so|really}{!|.|?|}',
  '{continue|go on|carry on|proceed|next|more|more please|again|once more|try again|retry|stop|done|start over|undo|keep going|finish it|the rest please}{.|!|}',
  '{ok|yes|thanks|great|perfect|cool|no}{,|.|!} {continue|go on|next one|do the second|that is all|what else|that works|try again|not that one|I see|now shorter|the other one}{.|!|?|}',
  '{shorter|longer|simpler|more formal|less formal|friendlier|funnier|in English|in German|in French|in Spanish|as a table|as a list|as JSON|in one sentence|with examples|without emojis|in bullet points}{ please|, please|}{.|!|}',
  '{make|write|say|explain|do|put|show|give me|format} {it|this|that|them|the answer} {shorter|longer|again|simpler|in {English|Dutch|Italian}|as {a table|code|a poem}|in other words|more clearly|step by step|with sources|less formal}{.| please.|, thanks|}',
  '{summarise|summarize|translate|explain|rephrase|shorten|check|fix|improve|correct|repeat|convert|expand|sort|delete|ignore|forget} {this|it|that|the {last|first|second} {answer|part|line|point|paragraph}|your {answer|last answer|reply|list}|everything above|the text above}{ {in|into} {English|Latin|Polish|plain words|French}|}{.|!| please|}',
  '{answer|reply|respond|write} {only|just|always|} {with {yes or no|one word|a number|the code|JSON}|in {English|Danish|rhymes|capital letters|two sentences}|as {a pirate|a list|a teacher}}{.|!| please| from now on}',
  '{what|who|how|where|when|why} {about|is|was|are} {the second one|that|you|it|next|this error|your name|the price|the best one}{?|}',
  '{can|could|will|would} you {help me|do that|say it again|explain more|be brief|check it|see the file|remember this|speak Italian|show an example|print the result|forget that}{?| please?|}',
  '{I|we} {mean|meant|need|want|like|prefer|forgot|changed|sent|saw} {the other one|version $n|it today|the file|my mind|another colour|that too|the wrong link|more time}{.|!|}',
  '{and|but|so|or} {the {second|third|last} {one|question|part}|for {children|Mac|Windows|two people}|what about {Sunday|$first|taxes}|in {winter|Java|Excel}|if {it rains|not|I am late}}{?|}',
  '{remind|tell|call|send|write} {me|him|her|$first|them} {tomorrow|a joke|later|something nice|why|the result|the truth|about it}{.|!|}',
];
