namespace RateLimited.Http.Tests.Pipeline;

/// <summary>A response that tells whether it was disposed.</summary>
internal sealed class DisposalTold : HttpResponseMessage
{
    private volatile bool _isDisposed;

    public bool IsDisposed => _isDisposed;

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }
}
