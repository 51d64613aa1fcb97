using System.Net;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Connection;

/// <summary>Where Redis is, as it was configured.</summary>
internal static class ConfigurationText
{
    /// <summary>What would be right instead of each thing that is not. No sentence repeats the text, which may hold a password.</summary>
    /// <param name="text">As StackExchange.Redis reads it; null is right.</param>
    /// <param name="allowsInsecure">Whether servers elsewhere may be spoken to without TLS.</param>
    public static IReadOnlyList<string> WhatWouldBeRight(string? text, bool allowsInsecure)
    {
        if (text is null)
        {
            return [];
        }

        ConfigurationOptions parsed;
        try
        {
            parsed = ConfigurationOptions.Parse(text);
        }
        catch (ArgumentException)
        {
            return ["what StackExchange.Redis reads, such as 'localhost:6379'"];
        }

        var right = new List<string>();
        if (parsed.EndPoints.Count == 0)
        {
            right.Add("at least one server, such as 'localhost:6379'");
        }

        if (!parsed.Ssl && !allowsInsecure && !parsed.EndPoints.All(IsHere))
        {
            right.Add("'ssl=true' for servers that are not on this machine, or AllowInsecure where the network itself is trusted");
        }

        return right;
    }

    private static bool IsHere(EndPoint server) => server switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        DnsEndPoint dns => dns.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };
}
