namespace RateLimited.Http.Telemetry;

/// <summary>Tells listeners, who are somebody else's code: what they throw must not lose a request.</summary>
internal static class Quietly
{
    public static void Say(Action what)
    {
        try
        {
            what();
        }
        catch (Exception)
        {
            // As above.
        }
    }
}
