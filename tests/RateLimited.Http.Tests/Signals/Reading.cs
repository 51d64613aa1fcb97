using System.Globalization;
using System.Net;
using System.Text;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Tests.Signals;

/// <summary>A response, read.</summary>
internal sealed class Reading
{
    public static readonly DateTimeOffset Now = new(2026, 3, 31, 13, 12, 32, TimeSpan.Zero);
    public static readonly TimeSpan MaxHint = TimeSpan.FromDays(2);

    private UpstreamSignal _signal;

    public UpstreamSignal Signal => _signal;

    public static Reading Of(int status, params (string Name, string Value)[] headers) => Of(null, status, null, headers);

    public static Reading Of(string? dialect, int status, string? body, params (string Name, string Value)[] headers) => Of(dialect, status, body, Now, MaxHint, headers);

    public static Reading Of(string? dialect, int status, string? body, DateTimeOffset now, TimeSpan maxHint, params (string Name, string Value)[] headers)
    {
        using var response = Response(status, headers);
        var reading = new Reading();
        var chosen = dialect is null ? null : KnownDialects.Find(dialect) ?? throw new ArgumentException($"No dialect {dialect}", nameof(dialect));
        new SignalReader(chosen, maxHint).Read(response, body is null ? default : Encoding.UTF8.GetBytes(body), now, out reading._signal);
        return reading;
    }

    public static HttpResponseMessage Response(int status, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    /// <summary>The limit by its name, or by its unit (with the word of its window), as the examples call it.</summary>
    public LimitHint? Limit(string name, TimeSpan? window = null)
    {
        LimitHint? byUnit = null;
        foreach (var hint in _signal.Limits.Span)
        {
            if (hint.Name == (SignalText)name)
            {
                return hint;
            }

            if (hint.Unit == name && (window is null || hint.Window == window))
            {
                byUnit = hint;
            }
        }

        return byUnit;
    }

    public LimitHint Only() => _signal.Limits.Count == 1 ? _signal.Limits.Span[0] : throw new InvalidOperationException($"{_signal.Limits.Count.ToString(CultureInfo.InvariantCulture)} limits");
}
