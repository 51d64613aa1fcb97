namespace RateLimited.Http.Redis.Connection;

/// <summary>
/// Which of two servers is asked: the first, as long as it can be, and else the other. One that has failed rests for a while, so that it is not asked again and again while the other answers. A state
/// machine without clock or connection: its owner hands both in.
/// </summary>
internal sealed class ServerChoice(long rest)
{
    private readonly long[] _restsUntil = new long[2];

    /// <summary>The server to ask now.</summary>
    /// <param name="now">The present, in ticks.</param>
    /// <param name="firstIsConnected">Whether there is a connection to the first.</param>
    /// <param name="secondIsConnected">Whether there is one to the other.</param>
    public int Pick(long now, bool firstIsConnected, bool secondIsConnected)
    {
        var first = firstIsConnected && now >= _restsUntil[0];
        var second = secondIsConnected && now >= _restsUntil[1];
        return first || !second ? 0 : 1;
    }

    /// <summary>A server did not answer, or not as it should.</summary>
    public void Failed(int server, long now) => _restsUntil[server] = now + rest;
}
