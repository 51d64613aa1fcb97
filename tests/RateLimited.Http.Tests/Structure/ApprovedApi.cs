using System.Reflection;

namespace RateLimited.Http.Tests.Structure;

/// <summary>A package's public API is a reviewed text: a change of it is seen in the diff of PublicApi.approved.txt beside its tests, or these fail.</summary>
internal static class ApprovedApi
{
    public static void Check(Assembly package, string testProject)
    {
        var approvedFile = $"{testProject}/Structure/PublicApi.approved.txt";
        var receivedFile = $"{testProject}/Structure/PublicApi.received.txt";
        var received = PublicApiText.Of(package.GetTypes());
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(Repository.PathOf(approvedFile), received);
        }

        var approved = File.Exists(Repository.PathOf(approvedFile)) ? File.ReadAllText(Repository.PathOf(approvedFile)).ReplaceLineEndings("\n") : "";
        if (approved == received)
        {
            File.Delete(Repository.PathOf(receivedFile));
            return;
        }

        File.WriteAllText(Repository.PathOf(receivedFile), received);
        Assert.Fail($"The public API is not the approved one:\n\n{TextDiff.Of(approved, received)}\n"
            + $"If the change is meant, approve it with `APPROVE=1 dotnet test --project {testProject}` and commit {approvedFile}.");
    }
}
