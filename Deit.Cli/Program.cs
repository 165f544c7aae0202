using Deit.Cli;

WaitingThreads.Sleep();
return new CommandLine(Console.Out, Console.Error, Console.IsOutputRedirected).Run(args);
