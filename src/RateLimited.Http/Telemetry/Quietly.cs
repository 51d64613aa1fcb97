namespace RateLimited.Http.Telemetry;

/// <summary>Tells listeners, who are somebody else's code: what they throw must not lose a request.</summary>
internal static class Quietly
{
    public static void Say(Action what) => Say(what, static what => what());

    /// <summary>The same without an object for what is said: with a delegate that needs nothing but what it is given.</summary>
    public static void Say<T>(T about, Action<T> what)
    {
        try
        {
            what(about);
        }
        catch (Exception)
        {
            // As above.
        }
    }
}
