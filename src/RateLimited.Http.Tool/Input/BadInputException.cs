namespace RateLimited.Http.Tool.Input;

/// <summary>What was given cannot be worked with. Its message is the one sentence that whoever gave it is told.</summary>
internal sealed class BadInputException : Exception
{
    public BadInputException(string sentence)
        : base(sentence)
    {
    }

    public BadInputException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }
}
