namespace RateLimited.Http.Tests.Faults;

/// <summary>Which fault of the list of faults a test injects, or which promise it holds us to, by its number: <c>H09</c>, <c>P01</c>.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class FaultAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
