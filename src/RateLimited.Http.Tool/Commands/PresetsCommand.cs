using System.CommandLine;
using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Tool.Input;
using RateLimited.Http.Tool.Output;
using RateLimited.Http.Tool.Presets;

namespace RateLimited.Http.Tool.Commands;

/// <summary>Lists the known providers, and explains one.</summary>
internal sealed class PresetsCommand : Command
{
    private readonly Argument<string?> _name = new("name") { Arity = ArgumentArity.ZeroOrOne, Description = "The provider to explain, such as 'github'. Without it all are listed.", HelpName = "NAME" };

    public PresetsCommand()
        : base("presets", "Lists the providers whose limits are known, and explains one: limits, tiers, dialect, sources.")
    {
        Add(_name);
    }

    public static PresetDocument Explained(string name) =>
        KnownPresets.Find(name) is { } preset
            ? PresetDocument.Of(preset)
            : throw new BadInputException($"presets: {Fault.Quote(name)} → {NearestWord.OfKnown(name, KnownPresets.Words)}.");

    public int Run(ParseResult given, Terminal terminal, bool isJson)
    {
        if (given.GetValue(_name) is { } name)
        {
            Show(Explained(name));
            return ExitCode.Fine;
        }

        var list = new PresetList([.. KnownPresets.All.Select(static preset => PresetSummary.Of(preset))]);
        if (isJson)
        {
            terminal.Json(list, ToolJson.Readable.PresetList);
        }
        else
        {
            PresetText.Write(terminal, list);
        }

        return ExitCode.Fine;

        void Show(PresetDocument preset)
        {
            if (isJson)
            {
                terminal.Json(preset, ToolJson.Readable.PresetDocument);
            }
            else
            {
                PresetText.Write(terminal, preset);
            }
        }
    }
}
