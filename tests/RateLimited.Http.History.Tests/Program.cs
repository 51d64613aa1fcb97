using RateLimited.Http.History.Tests;
using RateLimited.Http.History.Tests.Journal;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

return args switch
{
    [EndlessWriter.Word, var directory] => await EndlessWriter.RunAsync(directory),
    _ when args.Contains("-automated", StringComparer.Ordinal) || args.Contains("@@", StringComparer.Ordinal) => await ConsoleRunner.Run(args),
    _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
