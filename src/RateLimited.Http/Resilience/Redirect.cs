using System.Net;
using System.Net.Sockets;

namespace RateLimited.Http.Resilience;

/// <summary>What becomes of a redirect. The names are tags of metrics.</summary>
internal enum RedirectDecision
{
    /// <summary>It is followed with everything the request had.</summary>
    SameOrigin,

    /// <summary>It is followed without keys, cookies and whatever else might be one.</summary>
    OtherOrigin,

    /// <summary>It leads from https to http.</summary>
    Downgrade,

    /// <summary>It leads to an address of a private network, from one that is in none.</summary>
    PrivateAddress,

    /// <summary>It would take content to another origin than it was meant for.</summary>
    ContentElsewhere,

    /// <summary>The content can be sent only once.</summary>
    NotReplayable,

    /// <summary>As many were followed as may be.</summary>
    TooMany,
}

/// <summary>One redirect: where it leads, and what is sent there. Pure.</summary>
internal readonly record struct Redirect(RedirectDecision Decision, Uri Target, HttpMethod Method, bool KeepsContent)
{
    public bool IsFollowed => Decision is RedirectDecision.SameOrigin or RedirectDecision.OtherOrigin;

    public static bool Is(HttpStatusCode status) => status
        is HttpStatusCode.MultipleChoices
        or HttpStatusCode.Moved
        or HttpStatusCode.Found
        or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect
        or HttpStatusCode.PermanentRedirect;

    /// <summary>Decides on one redirect; null where the location is none that can be followed.</summary>
    /// <param name="status">The response's status, one that <see cref="Is"/> a redirect.</param>
    /// <param name="location">Where it leads.</param>
    /// <param name="from">The absolute address that was asked.</param>
    /// <param name="method">How it was asked.</param>
    /// <param name="content">Whether the request's content can be sent again; null where it has none.</param>
    /// <param name="remaining">How many may still be followed.</param>
    public static Redirect? Decide(HttpStatusCode status, Uri? location, Uri from, HttpMethod method, ContentReplay? content, int remaining)
    {
        if (location is null || !Uri.TryCreate(from, location, out var target) || !(target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps))
        {
            return null;
        }

        if (target.Fragment.Length == 0 && from.Fragment.Length > 0)
        {
            // RFC 9110, section 10.2.2.
            target = new UriBuilder(target) { Fragment = from.Fragment }.Uri;
        }

        var (next, keeps) = Ask(status, method);
        keeps &= content is not null;
        return new Redirect(Judge(target, from, keeps ? content : null, remaining), target, next, keeps);
    }

    public static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static RedirectDecision Judge(Uri target, Uri from, ContentReplay? content, int remaining)
    {
        if (remaining <= 0)
        {
            return RedirectDecision.TooMany;
        }

        if (from.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
        {
            return RedirectDecision.Downgrade;
        }

        var isSame = IsSameOrigin(target, from);
        if (!isSame && IsPrivate(target) && !IsPrivate(from))
        {
            return RedirectDecision.PrivateAddress;
        }

        if (content is null)
        {
            return isSame ? RedirectDecision.SameOrigin : RedirectDecision.OtherOrigin;
        }

        return !isSame ? RedirectDecision.ContentElsewhere
            : content == ContentReplay.Replayable ? RedirectDecision.SameOrigin
            : RedirectDecision.NotReplayable;
    }

    /// <summary>As browsers do: 303 always asks for what is there; 301 and 302 do after a POST; 307 and 308 repeat the request as it was (RFC 9110, section 15.4).</summary>
    private static (HttpMethod Method, bool KeepsContent) Ask(HttpStatusCode status, HttpMethod method)
    {
        var becomesGet = status switch
        {
            HttpStatusCode.SeeOther => method != HttpMethod.Get && method != HttpMethod.Head,
            HttpStatusCode.MultipleChoices or HttpStatusCode.Moved or HttpStatusCode.Found => method == HttpMethod.Post,
            _ => false,
        };
        return becomesGet ? (HttpMethod.Get, false) : (method, true);
    }

    /// <summary>An address literal of this machine or a private network, or this machine by its name. What a name resolves to is not looked up.</summary>
    private static bool IsPrivate(Uri address)
    {
        if (!IPAddress.TryParse(address.DnsSafeHost, out var ip))
        {
            return address.IsLoopback || address.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        }

        ip = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        if (IPAddress.IsLoopback(ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
        {
            return true;
        }

        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return ip.IsIPv6LinkLocal || ip.IsIPv6SiteLocal || ip.IsIPv6UniqueLocal;
        }

        var bytes = ip.GetAddressBytes();
        return bytes[0] is 10 or 0
            || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31)
            || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 169 && bytes[1] == 254)
            || (bytes[0] == 100 && bytes[1] is >= 64 and <= 127);
    }
}
