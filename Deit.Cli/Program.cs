using Deit.Cli;

return new CommandLine(Console.Out, Console.Error, Console.IsOutputRedirected).Run(args);
