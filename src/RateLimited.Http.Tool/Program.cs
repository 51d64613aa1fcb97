using RateLimited.Http.Tool.Commands;
using RateLimited.Http.Tool.Output;

return CommandLine.Run(args, Terminal.OfThisProcess());
