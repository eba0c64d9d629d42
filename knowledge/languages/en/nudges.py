"""How English asks how much longer an answer takes."""

from knowledge.languages.language import Saying, short

NUDGES = {
    Saying.NUDGE: short(
        """
        tick tock|whats new|what s new|how far along|how far along are you|when will i know|when will i know more
        am i|am i being|was i|are we being|why am i being + ignored|forgotten|overlooked|left hanging
        bump|ping|hey|waiting|i wait|when|how long|how much longer|how much more|how much more time|taking so long
        what takes so long|whats taking so long|takes too long|too long|forever|hurry|hurry up|following up
        follow up|checking in|just checking|any luck|any joy|anything|anything new|anything yet|nothing yet|well and
        so what|what now|now what|and now|how is it going|hows it going|how are things|how are things going
        how goes it|what is going on|whats going on|what is happening|whats happening|what s happening
        what s going on|still there|still here|you alive|anyone alive|is anyone alive|anyone|anybody|anyone there
        anybody there|anyone here|anybody here|anyone around|anybody around|are you there|where are you|hello again
        knock knock
        |have you|did you|you + forgotten|forgot|forget|ignoring|ignored|ignore + |me|us|about me|about us
        |have you|did you|you + forgotten|forgot|forget|ignoring|ignored|ignore + |about + my question
        answer|reply|respond + |me|to me|to us|already|please|soon
        i need|i want|need|waiting for + an answer|a reply|a response|an update
        any|the + result|results|outcome + |yet|so far
        still nothing|nothing so far|no sign of life|how many more + |hours|days|minutes|weeks
        |the|for the + delay|holdup|hold up|long wait
        is it|is this|will it|will this|is that|is it all + |going to + take|take long|be long|take forever
        are you + ignoring me|working on it|on it|dead|asleep|alive
        """,
        beside="""
        id|youd|theyd|hed|shed|theyre|youre|hes|shes|like|love|think|nice|great|good|ever|come|far|along|report|say
        happen|happens|happened|got|lost|stuck|processed|processing|process|progressing|open|pending|queue|inbox
        friend|sir|madam|dear|folks|hours|long|time|when|hello|hi|every|single|again|same|thing|lot|least|wanted
        will|can|could|would|should|do|does|did|have|has|had|been|be|being|get|getting|got|receive|received|expect
        expecting|to|from|of|on|for|about|with|regarding|in|at|by|if|or|as|who|someone|somebody|everyone|one|people
        agent|operator|support|team|human|person|there|going|gonna|know|tell|let|give|make|made|check|checking
        wonder|wondering|curious|hope|hoping|want|wanted|need|must|supposed|took|since|ago|before|after|wrote|write
        writing|written|asked|ask|asking|sent|two|three|four|five|several|few|couple|half|whole|other|second|third
        time|times|ticket|issue|problem|question|request|case|matter|idea|likely|roughly|approximately|around|sort
        kind|might|may|shall|ive|im|now|sorry|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday
        week|morning|last|bother|bothering|possibly|ill|theyll|youll|more|much|way|any|some|what|is|was|were|left
        point|stage|side|end|minute|estimate|out|up|so far|into|coming|usually|normally|asap|again|look
        """,
    ),
    Saying.WAIT: short(
        """
        when|how come|is my|are my|did my|has my
        was my|will my|ever|how far|would be nice|would be great|just wanted to
        how long|how much longer|how much more time|how soon|how quickly|how fast|how many days|how many hours
        by when|until when|till when|what time|still|yet|already|any|anything|no|never|nothing|why|where is|wheres
        where s|where are|longer|so long|too long|very long|long|forever|ages|a while|today|tomorrow|soon|anytime
        anyone|anybody|nobody|no one|noone|none|someone|somebody|has|have you|did you|will i|will you|are you
        is there|havent|haven t|have not|hasnt|hasn t|has not|didnt|didn t|did not|dont|isnt|wont|not yet|without
        whats|what s|what is|hows|how s|how is|how are|what about|what of|what happened|whats happening|status of
        state of|is it|is my|is this|minutes|minute|hours|hour|days|day|weeks|week|months|month|can you|could you
        get|got|receive|expect|following|follow up|waiting|i await|whether|till i|until i|how much time|at all|need
        when s|whens|so far|chance of|chance to|should i keep|keep|supposed to|hours now|plan to|going to
        """,
    ),
    Saying.AWAITED: short(
        """
        found a solution|processed|being processed|progressing|get lost
        got lost|gotten lost|lost my question|a solution|any solution
        any estimate|an estimate|check on my question|check on my ticket|check on my request|check on this
        answer|answers|answered|answering|reply|replies|reply from you|replied|replying|response|responses|respond
        responds|responded|responding|an update|status update|any update|any updates|no update|no updates|updates on
        update on|updates for|update for|update yet|updates yet|update me|updated me|news|hear something|hear from
        word yet|progress|feedback|word from|word on|a word|hear|hear back|heard|heard back|get back|gets back
        getting back|got back|gotten back|come back to me|came back to me|back to me|write back|written back
        wrote back|resolve|resolved|solve|solved|sorted|sort it|sort this|looked|looking into|looking at|look at
        look into|looks at|work on|working on|worked on|deal with|dealing with|dealt with|handling|handled|handle
        reviewed|reviewing|state of|eta|decision|picked up|time for me|resolution|outcome|wait|waiting|waited
        awaiting|status|it take|this take|that take|you take|it takes|this takes|taking|it need|you need|it be
        this be|holdup|hold up|delay|hold on me|going to be|luck|joy|development|developments|movement|its been
        it s been|it has been|been hours|been days|been a while|been ages|been waiting|happening with|happened to
        happened with|anything new
        seen|see|read|saw|notice|noticed + my|my last|my previous|our + message|question|request|messages
        find out|found out|find anything|found anything|find something|found something|figure out|figured out
        what about my|status of my|my + question|request|case|query|enquiry|inquiry|support ticket
        up on + my question|my request|my ticket|my case|this|that|it
        about + my ticket|my issue|my case
        """,
    ),
}
