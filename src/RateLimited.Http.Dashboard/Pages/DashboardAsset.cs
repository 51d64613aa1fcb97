using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Dashboard.Pages;

/// <summary>A file of the page, out of the assembly.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">What it is.</param>
internal sealed record DashboardAsset(string Name, string ContentType)
{
    private readonly Lazy<byte[]> _bytes = new(() => Read(Name));

    public static IReadOnlyList<DashboardAsset> All { get; } = [new("dashboard.css", "text/css; charset=utf-8"), new("dashboard.js", "text/javascript; charset=utf-8")];

    public Task WriteAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = _bytes.Value.Length;
        return context.Response.Body.WriteAsync(_bytes.Value, context.RequestAborted).AsTask();
    }

    public static byte[] Read(string name)
    {
        using var stream = typeof(DashboardAsset).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly has no {name}: it was not built whole.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
