namespace RateLimited.Http.Admission.Sharing;

/// <summary>A shared store did not answer, or refused.</summary>
/// <param name="message">What is wrong, without keys, addresses or secrets.</param>
/// <param name="inner">What it follows from.</param>
/// <param name="passes">Whether it will pass: then this process goes on alone. Else somebody has made a mistake, which must be seen.</param>
/// <param name="mayBeDone">Whether the call may have been carried out all the same: then it is made once more, under the same number.</param>
internal sealed class SharedStoreException(string message, Exception inner, bool passes, bool mayBeDone) : Exception(message, inner)
{
    public bool Passes { get; } = passes;

    public bool MayBeDone { get; } = mayBeDone;
}
