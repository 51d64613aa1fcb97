namespace RateLimited.Http.Redis.Tests.Servers;

/// <summary>Which fault a test injects, by its number in the list of faults.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class FaultAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
