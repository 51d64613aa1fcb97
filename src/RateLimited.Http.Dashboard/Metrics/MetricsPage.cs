using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>The metrics, for Prometheus to fetch.</summary>
internal static class MetricsPage
{
    public static Task WriteAsync(HttpContext context)
    {
        var text = string.Empty;
        context.RequestServices.GetRequiredService<MetricBook>().Collect(tables => text = PrometheusText.Of(tables));
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
