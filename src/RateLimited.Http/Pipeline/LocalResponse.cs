using System.Net;

namespace RateLimited.Http.Pipeline;

/// <summary>A response that was made on this side and says nothing of the upstream.</summary>
internal sealed class LocalResponse(HttpStatusCode status) : HttpResponseMessage(status);
