import Commands
run()
