using System.Text.Json;
using Deit.Cli;

namespace Deit.Tests.Cli;

/// <summary>Runs the <c>deit</c> command in this process.</summary>
internal static class CommandHost
{
    /// <summary>What a command left behind.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>Standard output, which must be JSON and nothing else.</summary>
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;

        /// <summary>The one line of standard error.</summary>
        public string ErrorLine
        {
            get
            {
                Assert.DoesNotContain('\n', Error.TrimEnd('\n'));
                return Error.TrimEnd('\n');
            }
        }
    }

    public static Result Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new CommandLine(output, error, isRedirected: true).Run(arguments);
        return new(code, output.ToString(), error.ToString());
    }
}
