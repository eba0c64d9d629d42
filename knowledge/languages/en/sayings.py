"""What short messages in English say."""

from knowledge.languages.language import Saying, short

_ISSUE = "question|ticket|request|issue|case|problem"
_DONE = "solved|resolved|fixed|sorted|sorted out|answered|settled|closed"
_WORKS = "works|working|worked|helped|loads|opens"
_NOT = "did not|didnt|didn t|does not|doesnt|doesn t|not|hasnt|has not|wasnt|was not|isnt|is not"
_FOUND_OUT = "solved|fixed|resolved|figured|sorted|found|managed|did"
_PEOPLE = (
    "them|someone|somebody|person|human|people|agent|agents|operator|specialist|specialists|expert|experts|manager|"
    "moderator|admin|representative|colleague|colleagues|team|support|staff|professional|technician"
)
SAYINGS = {
    Saying.FILLER: short(
        """
        please|pls|plz|kindly|i|me|my|you|your|we|us|it|its|this|that|the|a|an|is|are|am|im|so|now|all|just|and|but
        oh|well|hm|then|very|really|actually|again please|right now|thats|there|for now|at the moment|already
        again sorry|sorry|guys|team|sir|bot|to me|for us|by the way|if thats ok|if you dont mind|if you do not mind
        if possible|maybe|perhaps|to be honest|i think|i guess|finally|everything|anyway|for me|here|today|everyone
        """,
    ),
    Saying.GREETING: short(
        """
        dear team|dear support|dear all|hello|hi|hey|hiya|heya|howdy|greetings|yo|hello there|hi there|hey there
        hi all|hello all|hello everyone|hi everyone|morning|afternoon|evening
        good + morning|afternoon|evening|day + |to you|to you all|to all
        hi|hello|hey + again|dear team|dear support|you all
        """,
    ),
    Saying.THANKS: short(
        """
        much obliged|obliged|you saved me|you saved my day
        good stuff|thats all|that s all|that is all|thats all i needed
        that is all i needed|merci|gracias|danke
        thanks|thank you|thank u|thank|thx|tnx|ty|tysm|cheers|much appreciated|appreciated|appreciate it
        i appreciate it|appreciate that|appreciate your help|many thanks|thanks a lot|thanks so much
        thanks a million|grateful|ta|bye|goodbye|see you|take care|great|perfect|awesome|excellent|amazing|wonderful
        brilliant|fantastic|cool|nice|lovely|super|good|neat|sweet|superb|yay|good job|great job|well done|nice one
        good work|great help|great support|big help|very helpful|helpful|good to know|legend|ok|okay|k|alright
        understood|got it|gotcha|i see|noted|makes sense|clear|fair enough|roger|have a nice day|have a good day
        you are the best|you re the best|youre the best|the best|you rock|life saver|lifesaver|that was quick
        quick reply|will do|will try|i will try|ill try|i will try that|ill try that|will give it a try|will check
        let me try|let me check|i will check
        """,
        beside="""
        mate|man|guys|folks|no worries|a lot|so much|very much|in advance|ever so much|a bunch|a ton|a million|heaps
        loads|kind|of you
        for|for all + the|your|quick|your quick|the quick|a quick| + help|reply|answer|support|response|info
        for|for all + the|your|quick|your quick|the quick|a quick| + assistance
        """,
    ),
    Saying.CONSENT: short(
        """
        okey|okie|okie dokie|okey dokey|ok go|go|id appreciate that|i d appreciate that|id appreciate it|much obliged
        thatd be|that d be|itd be|it d be|it would be + great|nice|good|lovely|helpful|perfect|wonderful|fine|super
        yes|yep|yeah|yup|ya|yea|aye|ok|okay|k|sure|sure thing|of course|certainly|absolutely|definitely|by all means
        alright|fine|go ahead|go on|go for it|do it|do that|do so|do|let us do that|lets do that|lets do it|lets go
        lets|sounds good|sounds great|sounds fine|sounds ok|good idea|great|perfect|agreed|i agree|works for me
        fine by me|fine with me|ok with me|happy to wait|that would be great|would be great|would be nice
        would be good|that would be lovely|that would help|that would be really helpful|would be helpful|that helps
        that would be very kind|wonderful|would help|id like that|i would like that|i d like that|would love that
        i would|why not|no problem|no objection|no objections|by all means do|proceed|i will wait|ill wait
        i can wait|that is fine|thats fine|if you can|if possible|right|correct|be my guest|indeed|affirmative
        make it so|i want that|want that|love to|id love to|all right|good|yes do
        """,
    ),
    Saying.PASS_ON: short(
        f"""
        |leave|send|keep|take|forward|pass|submit + |it|this|that + as is|as it is
        forward|forward it|submit|escalate|relay|transfer|transfer it|send it|send this|send that|hand it|hand this
        pass + it|this|that|my|the|them + on|over|along|to|question|issue|request|through
        hand over|pass on|pass it|pass this|pass that|give it to|send my question|send the question|send to
        ask|tell + them|someone|a human|an agent|a person|the team|support
        open|create|raise|file|make|log + a + ticket|case|request
        let|have|get|want|like|prefer + |a|an|the|your|some|one of your + {_PEOPLE} + |to
        let|have|get|want|like|prefer + a|an|the|your + real|live|qualified|human + {_PEOPLE} + |to
        |a|an|the|your + {_PEOPLE} + should|can|could|may|must|needs to|ought to
        """,
        beside=f"""
        |have|take + a look + |at it|at this|at that|into it
        look|see|check|review|handle|answer|decide|investigate + |it|this|that|at it|at this|into it|into this|me
        deal|help + |with it|with this|me|me with it|out
        take over|take care of it|take care of this|sort it out|step in|reply|respond|get back to me|take it from here
        {_ISSUE}|to|on|over|a|an|agent|human|person|support|team|somebody|someone|operator|staff|specialist
        representative|manager|them|colleagues|your colleagues|moderator|admin|real|in charge|who can help|up|along
        through|for me|can|could|would|will|id like|id|want|may|lets|no
        """,
    ),
    Saying.REFUSAL: short(
        """
        no|nope|nah|na|no no|never|not now|not yet|not really|not today|maybe later|later|another time
        maybe another time|some other time|im fine|i am fine|its fine|no need|not needed|dont|do not|please dont
        dont bother|do not bother|dont do it|dont do that|dont pass it on|do not pass it on|dont send it
        dont forward it|not necessary|unnecessary|no thanks|no thank you|no thx|rather not|id rather not
        i d rather not|not interested|forget it|forget about it|drop it|leave it|skip it|skip|pass|ill pass
        i will pass|never mind|nevermind|nvm|i changed my mind|changed my mind|no way|hold on|not at this time
        im good|i am good|its ok|ill manage|i can manage|ill figure it out|let me think
        i dont|i do not + want|want to|need|need it|need to|need that|want that|want it|think so|want you to
        i dont|i do not + want a person
        """,
    ),
    Saying.SOLVED: short(
        f"""
        works like a charm|working like a charm|all good|all set|all fine|all ok|all done|all clear|all well
        everything is fine|everything is ok
        everything works|everything is good|problem gone|the problem is gone|it is gone|its gone|that did it|did it
        did the trick|that solves it|that solved it|solved it|that answers my question|answers my question
        that answered my question|sorted it|that worked|worked a treat|that was it|hooray|it finally works
        works again|its working again|i got it working|got it working|got it to work|im in|i am in|i got in|found it
        no more questions|no further questions|i have no more questions|nothing else|i figured it out|figured it out
        i managed|it arrived|got my money|money arrived|got the money|got the refund|i got my money back
        got my money back|money is back|my money is back
        it|that|this|now it|all|everything|everything is|it is|its + {_WORKS} + |now|fine|for me|again|well
        |problem|issue|question|my issue|my problem|the problem|the issue|its finally + {_WORKS} + |now|fine|again|well
        |now its|it was|problem|issue|question|the problem is|the issue is|my issue is|has been + {_DONE}
        all|its all|everything is|everythings|all is + good|fine|ok|okay|set|done|well|working|sorted|clear|great
        """,
    ),
    Saying.UNSOLVED: short(
        f"""
        same error|same error again|the same error
        no luck|nothing changed|nothing has changed|no change|no changes|same problem|same issue|same thing
        same again|the same|useless|not solved|unsolved|not fixed|not resolved|not really|not quite|not yet
        not completely|not fully|partly|to no avail|in vain|that is not it|thats not it|not what i asked
        not what i meant|not my question|wrong answer|it came back|the problem is back|its back|back again
        happened again|it happened again|broken again|it broke again|no help|of no help|i still have questions
        still have questions
        |it|this|that|it is|its|still|is still + still + broken|the same|not working|not solved|not fixed
        |it|this|that|it is|its|still|is still + still + not resolved|no|there|open
        |it|this|that + still + does not work|doesnt work|doesn t work|didnt work|fails|wont work|isnt working
        |it|this|that + still + happens|not
        {_NOT} + help|helpful|helping|help at all|helped|solve it|solved|solve my problem|resolved|fixed|fix it
        {_NOT} + work out|work for me|what i need|what i needed
        """,
        beside="still|no|unfortunately|the answer|me|at all|yet",
    ),
    Saying.OPENING: short(
        """
        ask|asking|question|questions|help|help me|assistance|helping|a problem|an issue|some trouble|i wonder
        i was wondering|anyone there|anybody there|anybody here|anyone here|are you there|are you here|you there
        a minute|advice|a hand|your help|tell me something|enquire|inquire|problem here|small problem|little problem
        big problem
        """,
        beside="""
        can|could|may|might|would|will|do|i have|have|ive|ive got|i have got|got|get|having|need|want|wanted|like
        id like|would like|to|for|with|of|about|some|something|one|another|quick|short|small|little|few|thing|things
        someone|somebody|anyone|anybody|is it ok|ok|let|if|possible|hello|lend|give|wondering|if i|there is|theres
        bit|please help|myself|heres|us|use|could use|simple|urgent|more|anything|really|quickly|your team
        """,
    ),
    Saying.WITHDRAWAL: short(
        f"""
        never mind|nevermind|nvm|forget it|forget about it|cancel|cancel it|cancel that|withdraw|withdraw it
        found the answer|i found the answer|close|close please|please close|you can close|can be closed
        no need to answer
        no need to reply|do not bother to reply
        false alarm|ignore my last message|ignore my previous message|scrap that|disregard
        please disregard|ignore it|ignore that|ignore this|ignore my question|ignore my message
        disregard my message|drop it|not needed anymore|no need anymore|no need any more|no longer needed
        no longer relevant|no answer needed|it went away|went away by itself|scratch that
        |you can|please|i want to|can you + close|cancel|withdraw|delete|remove + |my|the|this|that + {_ISSUE}|it
        |you can|please|i want to|can you + drop + |my|the|this|that + {_ISSUE}|it
        |i|ive|i have|i ve|we|we have + {_FOUND_OUT} + it|this|that + |myself|out|already|now|on my own|out myself
        already|i already + {_FOUND_OUT} + it|this|that + |myself|out|already|now|on my own|out myself
        i have already|ive already|just + {_FOUND_OUT} + it|this|that + |myself|out|already|now|on my own|out myself
        already|i already|i have already|its already + solved|fixed|resolved|sorted|found out|figured out
        it is already + solved|fixed|resolved|sorted|found out|figured out
        |it + solved|fixed|resolved|sorted + itself
        |i|its|it is|that is + no longer|not + need it|needed|need help|relevant + |anymore|any more
        |i|its|it is|that is + no longer|not + relevant anymore|needed anymore|an issue + |anymore|any more
        |i + dont|do not + need + it|help|an answer|this|that|a reply + anymore|any more|any longer|now
        """,
    ),
    Saying.CANCEL: short(
        """
        cancel|stop|abort|quit
        """,
    ),
    Saying.CHOICE: short(
        """
        option|number|no|choice|answer|one|ones|item|nr|variant|of|from the list|of these|of those|of them
        from the top|ill take|i choose|i pick|i want|id say|i mean|button|question|probably|maybe|i believe|take
        choose|pick|would be
        """,
    ),
}
