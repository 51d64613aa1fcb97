using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace RateLimited.Http.Dashboard.Pages;

/// <summary>The page. It is the same for everybody; all that changes comes as JSON.</summary>
internal static class DashboardPage
{
    private static readonly Lazy<string> Template = new(static () => Encoding.UTF8.GetString(DashboardAsset.Read("dashboard.html")));

    public static Task WriteAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response);
        context.Response.ContentType = "text/html; charset=utf-8";

        // With and without a slash at its end the page is the same, and what it loads stands below it.
        var root = (context.Request.PathBase + context.Request.Path).ToUriComponent().TrimEnd('/');
        return context.Response.WriteAsync(Template.Value.Replace("{root}", HtmlEncoder.Default.Encode(root), StringComparison.Ordinal), context.RequestAborted);
    }
}
