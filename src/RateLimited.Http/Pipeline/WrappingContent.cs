namespace RateLimited.Http.Pipeline;

/// <summary>A response's content around another one: with its headers and its length, which it adds nothing to, and it goes with it.</summary>
internal abstract class WrappingContent : HttpContent
{
    protected WrappingContent(HttpContent inner)
    {
        Inner = inner;
        foreach (var header in inner.Headers.NonValidated)
        {
#pragma warning disable RS0030 // These came off the wire, where line breaks had ended them, and go nowhere. Validating would lose what an upstream writes wrongly.
            Headers.TryAddWithoutValidation(header.Key, header.Value);
#pragma warning restore RS0030
        }
    }

    protected HttpContent Inner { get; }

    /// <summary>The content inside was disposed of.</summary>
    protected abstract void Ended();

    protected sealed override bool TryComputeLength(out long length)
    {
        long? known = null;
        try
        {
            known = Inner.Headers.ContentLength;
        }
        catch (ObjectDisposedException)
        {
            // What was closed has no length; whoever goes on to read it is told why.
        }

        length = known ?? 0;
        return known is not null;
    }

    protected sealed override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                Inner.Dispose();
            }
            finally
            {
                Ended();
            }
        }

        base.Dispose(disposing);
    }
}
