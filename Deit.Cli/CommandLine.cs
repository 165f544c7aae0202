using System.CommandLine;
using System.CommandLine.Parsing;
using Deit.Cli.Commands;
using Deit.Compiler.Diagnostics;

namespace Deit.Cli;

/// <summary>The <c>deit</c> command: finds the command that is meant, runs it, and says in one line what went wrong.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="isRedirected">Whether standard output is a file or a pipe.</param>
internal sealed class CommandLine(TextWriter output, TextWriter error, bool isRedirected)
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show where in the program an error came from.",
        Recursive = true,
    };

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The words after <c>deit</c>.</param>
    /// <returns>0 for success, 1 for a failure, 2 for a command line that cannot be meant.</returns>
    public int Run(IReadOnlyList<string> arguments)
    {
        ParseResult parsed = Root(new Terminal(output, isRedirected)).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"deit: {Explain(parsed)} See: deit {CommandPath(parsed)}--help");
            return WrongUsage;
        }

        try
        {
            return parsed.Invoke(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (UsageException exception)
        {
            return Report(exception, parsed, WrongUsage);
        }
        catch (StoppedException exception)
        {
            error.WriteLine($"deit: {exception.Message}");
            return exception.ExitCode;
        }
        catch (OperationCanceledException exception)
        {
            error.WriteLine($"deit: {exception.Message}");
            return Failure;
        }
        catch (Exception exception)
        {
            return Report(exception, parsed, Failure);
        }
    }

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Define, train, distil and ship vision models.");
        root.Options.Add(Verbose);
        root.Subcommands.Add(TrainCommand.Create(terminal));
        root.Subcommands.Add(TeachCommand.Create(terminal));
        root.Subcommands.Add(ListCommand.Create(terminal));
        root.Subcommands.Add(DescribeCommand.Create(terminal));
        root.Subcommands.Add(CheckCommand.Create(terminal));
        root.Subcommands.Add(ForwardCommand.Create(terminal));
        root.Subcommands.Add(ExportCommand.Create(terminal));
        root.Subcommands.Add(ConvertCommand.Create(terminal));
        root.Subcommands.Add(DownloadCommand.Create(terminal));
        root.Subcommands.Add(ValidateCommand.Create(terminal));
        root.Subcommands.Add(PredictCommand.Create(terminal));
        root.Subcommands.Add(AugmentCommand.Create(terminal));
        root.Subcommands.Add(PublishCommand.Create(terminal));
        root.Subcommands.Add(ImportCommand.Create(terminal));
        root.Subcommands.Add(ReportCommand.Create(terminal));
        root.Subcommands.Add(CompareCommand.Create(terminal));
        root.Subcommands.Add(StudyCommand.Create(terminal));
        root.Subcommands.Add(ReplayCommand.Create(terminal));
        root.Subcommands.Add(BenchCommand.Create(terminal));
        root.Subcommands.Add(InfoCommand.Create(terminal));
        return root;
    }

    private static string Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count > 0)
        {
            string word = parsed.UnmatchedTokens[0];
            bool isOption = word.StartsWith('-');
            IEnumerable<string> known = isOption
                ? parsed.CommandResult.Command.Options.Append(Verbose).Select(static option => option.Name).Distinct()
                : command.Subcommands.Select(static subcommand => subcommand.Name);
            string what = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            return known.Any() || isOption
                ? $"There is no {what} '{word}'. {Suggestions.Sentence(word, known)}"
                : $"'{word}' is one argument too many.";
        }

        ParseError first = parsed.Errors[0];
        return first.SymbolResult switch
        {
            ArgumentResult argument => $"'{command.Name}' needs a {argument.Argument.Name}.",
            OptionResult option when option.Tokens.Count == 0 && option.IdentifierToken is not null => $"The option '{option.Option.Name}' needs a value.",
            OptionResult option when option.Option.Required => $"'{command.Name}' needs the option '{option.Option.Name}'.",
            CommandResult when command.Subcommands.Count > 0 => $"Which command? {Suggestions.Sentence("", command.Subcommands.Select(static subcommand => subcommand.Name))}",
            _ => first.Message,
        };
    }

    private static string CommandPath(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";

    private int Report(Exception exception, ParseResult parsed, int code)
    {
        bool expected = exception is DeitException or UsageException or IOException or UnauthorizedAccessException;
        // What the compiler found in a file is printed as compilers print it, so that editors find the place.
        bool finding = exception is DeitException && exception.Message.Contains("): error DEIT", StringComparison.Ordinal);
        error.WriteLine(finding ? exception.Message : expected ? $"deit: {exception.Message}" : $"deit: internal error: {exception.Message.ReplaceLineEndings(" ")} (--verbose shows where)");
        if (parsed.GetValue(Verbose)) error.WriteLine(exception);
        return code;
    }
}
