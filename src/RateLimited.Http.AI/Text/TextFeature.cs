namespace RateLimited.Http.AI.Text;

/// <summary>
/// What is counted of a prompt so that its tokens can be estimated: not characters alone, for a tokenizer makes one token of most short Latin words and one or more of most Han characters.
/// </summary>
internal enum TextFeature
{
    /// <summary>Runs of Latin letters; a capital behind a small letter begins another, as in code.</summary>
    Words,

    /// <summary>Latin letters beyond the fifth of a word.</summary>
    LongLetters,

    /// <summary>Latin letters with marks.</summary>
    MarkedLetters,

    /// <summary>Digits by threes.</summary>
    DigitGroups,

    /// <summary>Runs of ASCII punctuation and symbols, and each of others.</summary>
    Symbols,

    /// <summary>Lines that are indented.</summary>
    Indents,

    /// <summary>Cyrillic letters.</summary>
    Cyrillic,

    /// <summary>Greek letters.</summary>
    Greek,

    /// <summary>Arabic letters.</summary>
    Arabic,

    /// <summary>Hebrew letters.</summary>
    Hebrew,

    /// <summary>Letters and signs of the scripts of India.</summary>
    Indic,

    /// <summary>Letters and signs of the scripts of Southeast Asia.</summary>
    SoutheastAsian,

    /// <summary>Han characters, and the punctuation and wide forms that go with them.</summary>
    Han,

    /// <summary>Kana.</summary>
    Kana,

    /// <summary>Hangul.</summary>
    Hangul,

    /// <summary>All other characters: emoji, signs, rarer scripts.</summary>
    Other,

    /// <summary>Messages, which the provider frames.</summary>
    Messages,

    /// <summary>One for each request, which the provider frames too.</summary>
    Requests,

    /// <summary>Images in the prompt.</summary>
    Images,
}
