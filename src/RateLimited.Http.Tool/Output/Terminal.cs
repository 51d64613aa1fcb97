using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RateLimited.Http.Configuration;
using Spectre.Console;

namespace RateLimited.Http.Tool.Output;

/// <summary>
/// Where the tool writes: a terminal with colours and tables, or plain lines where the output goes to a file or a pipe. Whatever comes from outside is written as one printable line: a name in
/// a log must not move the cursor.
/// </summary>
internal sealed class Terminal
{
    private const int LongestText = 400;

    private readonly IAnsiConsole? _console;

    /// <param name="output">Where results go.</param>
    /// <param name="errors">Where complaints go.</param>
    /// <param name="console">The terminal that the output is; null where it is none.</param>
    public Terminal(TextWriter output, TextWriter errors, IAnsiConsole? console = null)
    {
        Output = output;
        Errors = errors;
        _console = console;
    }

    /// <summary>Where results go.</summary>
    public TextWriter Output { get; }

    /// <summary>Where complaints go.</summary>
    public TextWriter Errors { get; }

    /// <summary>Whether there is nobody to show colours and progress to.</summary>
    public bool IsPlain => _console is null;

    public static Terminal OfThisProcess()
    {
        if (Console.IsOutputRedirected)
        {
            return new Terminal(Console.Out, Console.Error);
        }

        Console.OutputEncoding = System.Text.Encoding.UTF8;
        return new Terminal(Console.Out, Console.Error, AnsiConsole.Console);
    }

    /// <summary>Text from outside as it may be shown: short, printable, on one line.</summary>
    public static string Shown(string? text, int longest = LongestText) => text is null ? string.Empty : Fault.Excerpt(text, longest);

    public void Line(string text = "") => Output.WriteLine(text);

    public void Complain(string sentence) => Errors.WriteLine(sentence);

    public void Title(string text)
    {
        if (_console is null)
        {
            Output.WriteLine(text);
        }
        else
        {
            _console.MarkupLineInterpolated($"[bold]{text}[/]");
        }
    }

    /// <summary>A table; without lines where it is plain, so that others can read its columns.</summary>
    public void Table(Rows rows)
    {
        if (_console is null)
        {
            rows.WritePlain(Output);
        }
        else
        {
            _console.Write(rows.ToTable());
        }
    }

    /// <summary>The one document of a result.</summary>
    public void Json<T>(T document, JsonTypeInfo<T> type)
    {
        Output.WriteLine(JsonSerializer.Serialize(document, type));
    }

    /// <summary>Runs something long with a bar that says how far it is, where somebody sees it.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">The work; it says how far it is, from 0 to 1.</param>
    public T Progress<T>(string what, Func<Action<double>, T> work)
    {
        if (_console is not { Profile.Capabilities.Interactive: true })
        {
            return work(static _ => { });
        }

        return _console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: 1);
                return work(done => task.Value = done);
            });
    }
}
